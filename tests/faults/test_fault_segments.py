"""The suite sees segments that stayed open, and words that are missing for no reason."""

from __future__ import annotations

from typing import Any

from .segments import unsettled

LOST = {"event": "error", "code": "agent_lost"}


def started(role: str, segment: str) -> dict[str, Any]:
    return {"event": "speech_started", "role": role, "segment": segment}


def ended(segment: str) -> dict[str, Any]:
    return {"event": "speech_ended", "segment": segment}


def final(segment: str) -> dict[str, Any]:
    return {"final": True, "segment": segment}


def found(*events: dict[str, Any]) -> list[str]:
    numbered = [{**event, "seq": seq} for seq, event in enumerate(events, 1)]
    return unsettled(numbered, before=len(numbered) + 1)


GREETED = (started("agent", "hi"), ended("hi"), final("hi"))


def test_segments_with_their_words_are_settled() -> None:
    assert found(*GREETED, started("user", "u"), ended("u"), final("u")) == []


def test_a_segment_that_was_never_ended_is_open() -> None:
    assert found(*GREETED, started("user", "u"), LOST) == ["user u is open"]


def test_words_are_missing_after_the_greeting() -> None:
    assert found(*GREETED, started("user", "u"), ended("u")) == ["user u is empty"]
    assert found(*GREETED, started("agent", "a"), ended("a")) == ["agent a is empty"]


def test_nobody_listens_during_an_agents_first_sentence() -> None:
    over_greeting = (started("agent", "hi"), started("user", "u"), ended("u"), *GREETED[1:])
    assert found(*over_greeting) == []
    again = (started("agent", "re"), started("user", "u"), ended("re"), final("re"), ended("u"))
    assert found(*GREETED, LOST, *again) == []
    assert found(*GREETED, *again) == ["user u is empty"]


def test_an_agent_may_be_spoken_over_before_its_first_word() -> None:
    spoken_over = (started("agent", "a"), started("user", "u"), ended("a"), ended("u"), final("u"))
    assert found(*GREETED, *spoken_over) == []


def test_what_was_open_when_the_agent_was_lost_may_have_no_words() -> None:
    assert found(*GREETED, started("user", "u"), ended("u"), LOST) == []
    assert found(*GREETED, started("user", "u"), ended("u"), *GREETED, LOST) == ["user u is empty"]
