"""The site keeps the contract that the backend's tests keep current."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import flask_frontend
from flask_frontend import settings
from flask_frontend.agents import DEFAULT, MOST_SLUG
from flask_frontend.languages.catalogue import LOCALES, find
from flask_frontend.pages import SessionIdConverter, SlugConverter

SITE = Path(flask_frontend.__file__).parent
CONTRACT: dict[str, Any] = json.loads((SITE / "js/tests/contract.json").read_text())
PORTS = CONTRACT["ports"]


def test_every_end_reason_has_words_of_its_own_in_every_language() -> None:
    for language in LOCALES:
        endings = find(language, "endings")
        assert list(endings) == [*CONTRACT["end_reasons"], "other", "sentence"]
        assert len(set(endings.values())) == len(endings)


def test_session_ids_look_the_same_in_addresses() -> None:
    assert SessionIdConverter.regex == CONTRACT["session_id"]


def test_the_words_tell_how_long_a_password_has_to_be() -> None:
    least = CONTRACT["password"]["least"]
    for language in LOCALES:
        assert f" {least} " in find(language, "console.join.password_help")


def test_agents_have_the_same_addresses() -> None:
    agent = CONTRACT["agent"]
    assert (DEFAULT, SlugConverter.regex, MOST_SLUG) == tuple(agent.values())


def test_ports_are_the_same_by_default() -> None:
    bare = settings.load({"DEBUG": "true"})
    assert bare.port == PORTS["FRONTEND_PORT"]
    assert bare.backend_url == f"http://127.0.0.1:{PORTS['BACKEND_PORT']}"
    assert bare.livekit_public_url == f"ws://127.0.0.1:{PORTS['LIVEKIT_PORT']}"
