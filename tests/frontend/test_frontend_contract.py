"""The site keeps the contract that the backend's tests keep current."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import flask_frontend
from flask_frontend import settings, wording
from flask_frontend.pages import SessionIdConverter

SITE = Path(flask_frontend.__file__).parent
CONTRACT: dict[str, Any] = json.loads((SITE / "js/tests/contract.json").read_text())
PORTS = CONTRACT["ports"]


def test_every_end_reason_has_words_of_its_own() -> None:
    assert list(wording.ENDINGS) == CONTRACT["end_reasons"]
    assert len(set(wording.ENDINGS.values())) == len(CONTRACT["end_reasons"])


def test_session_ids_look_the_same_in_addresses() -> None:
    assert SessionIdConverter.regex == CONTRACT["session_id"]


def test_ports_are_the_same_by_default() -> None:
    bare = settings.load({"DEBUG": "true"})
    assert bare.port == PORTS["FRONTEND_PORT"]
    assert bare.backend_url == f"http://127.0.0.1:{PORTS['BACKEND_PORT']}"
    assert bare.livekit_public_url == f"ws://127.0.0.1:{PORTS['LIVEKIT_PORT']}"
