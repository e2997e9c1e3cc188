"""The suite sees segments that stayed open, and words that are missing for no reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from voice_sessions.events import timestamp

from faults.judges.segments import unsettled

LOST = {"event": "error", "code": "agent_lost"}
OVER = {"event": "session_ended"}
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def started(role: str, segment: str) -> dict[str, Any]:
    return {"event": "speech_started", "role": role, "segment": segment}


def ended(segment: str) -> dict[str, Any]:
    return {"event": "speech_ended", "segment": segment}


def final(segment: str) -> dict[str, Any]:
    return {"final": True, "segment": segment}


def found(*events: dict[str, Any] | float) -> list[str]:
    """What is unsettled in these events, between which numbers are seconds that pass."""
    stored: list[dict[str, Any]] = []
    now = BEGUN
    for event in events:
        if isinstance(event, int | float):
            now += timedelta(seconds=event)
        else:
            stored.append({**event, "seq": len(stored) + 1, "at": timestamp(now)})
    return unsettled(stored)


GREETED = (started("agent", "hi"), 2, ended("hi"), final("hi"), 5)


def test_segments_with_their_words_are_settled() -> None:
    assert found(*GREETED, started("user", "u"), ended("u"), final("u")) == []


def test_a_segment_that_was_never_ended_is_open() -> None:
    assert found(*GREETED, started("user", "u"), LOST) == ["user u is open"]


def test_words_are_missing_after_the_greeting() -> None:
    assert found(*GREETED, started("user", "u"), ended("u")) == ["user u is empty"]
    assert found(*GREETED, started("agent", "a"), ended("a")) == ["agent a is empty"]


def test_nobody_listens_while_a_greeting_begins() -> None:
    rest = (started("user", "u"), ended("hi"), final("hi"), ended("u"))
    assert found(started("agent", "hi"), 2, *rest) == []
    assert found(started("agent", "hi"), 4, *rest) == ["user u is empty"]


def test_a_successor_listens_from_its_first_word() -> None:
    again = (started("agent", "re"), started("user", "u"), ended("re"), final("re"), ended("u"))
    assert found(*GREETED, LOST, *again) == ["user u is empty"]


def test_an_agent_may_be_spoken_over_before_its_first_word() -> None:
    rest = (started("user", "u"), ended("a"), ended("u"), final("u"))
    assert found(*GREETED, started("agent", "a"), 0.5, *rest) == []
    assert found(*GREETED, started("agent", "a"), 2, *rest) == ["agent a is empty"]


def test_what_was_open_when_the_agent_was_lost_may_have_no_words() -> None:
    said = (started("user", "u"), 1, ended("u"))
    assert found(*GREETED, *said, 2, LOST) == []
    assert found(*GREETED, *said, 5, LOST) == ["user u is empty"]
    replied = (started("agent", "a"), ended("a"), final("a"))
    assert found(*GREETED, *said, *replied, LOST) == ["user u is empty"]


def test_a_person_who_is_cut_in_two_has_the_words_in_the_second_part() -> None:
    said = (*GREETED, started("user", "u"), 1, ended("u"))
    rest = (started("user", "v"), 1, ended("v"), final("v"))
    assert found(*said, 0.5, *rest) == []
    assert found(*said, 2, *rest) == ["user u is empty"]
    assert found(*said, 0.5, *rest[:-1]) == ["user u is empty", "user v is empty"]


def test_what_was_being_said_at_the_end_may_have_no_words() -> None:
    said = (started("user", "u"), 1, ended("u"))
    assert found(*GREETED, *said, 1, OVER) == []
    assert found(*GREETED, *said, 5, OVER) == ["user u is empty"]
