"""The pages' catalogue has the words of every failure that an agent tells."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from agent_manager.listeners import service_words
from agent_manager.listeners.silence import NOT_UNDERSTOOD, REPLY_SLOW
from agent_manager.providers.errors import Reason
from agent_manager.recording.keeper import NOT_RECORDED
from agent_manager.shift.writer import NOT_KEPT
from agent_manager.supervision import recovery
from config.services import Kind
from voice_sessions.actions.generations import AGENT_LOST

from flask_frontend.languages.catalogue import LOCALES, find, text


def said(language: str, service: str, reason: str) -> str:
    """What the page says of a code, as js/words/words.js puts it together."""
    special = f"failures.special.{service}_{reason}"
    key = special if find(language, special) else f"failures.reasons.{reason}"
    what = text(language, f"{key}.what", service=text(language, f"failures.services.{service}"))
    todo = find(language, f"{key}.todo")
    return f"{what} {todo}" if todo else what


@pytest.mark.parametrize(("service", "reason"), product(get_args(Kind), get_args(Reason)))
def test_every_failure_of_a_service_has_the_same_words_on_the_page(
    service: Kind, reason: Reason
) -> None:
    assert said("en", service, reason) == service_words.read(service, reason)
    for language in LOCALES:
        assert "failures." not in said(language, service, reason)


@pytest.mark.parametrize(
    "event", [AGENT_LOST, NOT_KEPT, NOT_RECORDED, NOT_UNDERSTOOD, REPLY_SLOW], ids=lambda e: e.code
)
def test_other_failures_have_them_too(event: object) -> None:
    words = find("en", f"failures.special.{event.code}")  # type: ignore[attr-defined]
    assert " ".join(words.values()) == event.message  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("agent_absent", recovery.NOBODY_CAME),
        ("agent_lost_for_good", recovery.LOST_TOO_OFTEN),
    ],
)
def test_so_has_what_ends_a_session(code: str, sentence: str) -> None:
    assert " ".join(find("en", f"failures.special.{code}").values()) == sentence
