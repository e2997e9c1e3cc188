"""Servers that are slow, that come back, or that never do: the session goes on while it can."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from fakes.openai_api import OpenAIStandIn
from support.limits import in_time
from support.person import Person
from support.speech import line
from support.waiting import until_async

from agent.listeners.failing import PATIENCE, ask, news, until_told
from agent.listeners.test_turns import greeted

pytestmark = pytest.mark.usefixtures("short_voices")


async def test_services_that_come_back_are_used_again(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.stop()
    try:
        await ask(ada)
        await until_async(lambda: ada.events("error"), what="an error event")
        assert ada.events("error")[0]["code"].startswith("stt_")
    finally:
        openai_api.start()

    async def understood() -> bool:
        await ask(ada)
        with contextlib.suppress(AssertionError):
            await ada.until_final("user", 1, seconds=4)
        return len(ada.finals("user")) > 0

    await until_async(understood, seconds=40, what="a turn is understood again")
    assert not ada.events("session_ended")


async def test_a_slow_service_still_answers(ada: Person, openai_api: OpenAIStandIn) -> None:
    await greeted(ada)
    for count, kind in enumerate(("stt", "llm", "tts"), 1):
        openai_api.set_fault(kind, "slow_5s", times=1)  # type: ignore[arg-type]
        spoken = await ask(ada)
        assert in_time(await until_told(ada, spoken), PATIENCE)
        await until_async(lambda count=count: replies(ada) == count, what=f"reply {count}")  # type: ignore[misc]
        await ada.until_quiet()


def replies(ada: Person) -> int:
    """How many of her lines were answered; what is said of a trouble is no answer."""
    return len([said for said in ada.finals("agent") if said["text"].startswith("Certainly.")])


async def test_the_agent_says_aloud_that_it_cannot_think_and_goes_on_afterwards(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.set_fault("llm", "error_500")
    spoken = await ask(ada)
    notice = await ada.until_final("agent", 2)
    assert "cannot think of an answer" in notice["text"]
    assert in_time((ada.hears_since(spoken) or 99) - spoken, PATIENCE)
    openai_api.set_fault("llm", "none")
    await ada.until_quiet()
    await ask(ada)
    reply = await ada.until_final("agent", 3)
    assert reply["text"].startswith("Certainly.")
    assert not ada.events("session_ended")


PAUSED = ("Please tell me", 0.45, "what you can do for me today.")
"""The first half is recognised by itself, and a reply to it is tried before the second is over."""


async def test_who_pauses_is_told_of_a_failure_when_they_have_finished(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.set_fault("llm", "error_500")
    spoken = await ada.say(line(*PAUSED))
    notice = await ada.until_final("agent", 2)
    assert "cannot think of an answer" in notice["text"]
    assert "interrupted" not in notice
    assert in_time((ada.hears_since(spoken) or 99) - spoken, PATIENCE)
    (error,) = ada.events("error")
    assert error["code"] == "llm_failed"
    assert error["seq"] > ada.finals("user")[0]["seq"]


async def test_a_failure_that_the_next_attempt_makes_good_is_not_told(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    came = await after_one_turn_with_a_pause(ada, openai_api)
    (reply,) = [m for m in came if m.get("final") and m["role"] == "agent"]
    assert reply["text"].startswith("Certainly.")
    assert not [m for m in came if m.get("event") == "error"]


async def after_one_turn_with_a_pause(ada: Person, openai_api: OpenAIStandIn) -> list[Any]:
    """What came of a paused line when no reply to its first half alone can be had.

    A busy machine may stretch the pause until it ends the turn: then the line is said again.
    """
    first, _, second = PAUSED
    for _ in range(3):
        count = len(ada.messages)
        openai_api.queue_transcripts(str(first), str(second))
        openai_api.set_fault("llm", "error_500", said=str(first))
        await ada.say(line(*PAUSED))
        await ada.until_hears_reply()
        await ada.until_quiet(2)
        came = ada.messages[count:]
        if len([m for m in came if m.get("final") and m["role"] == "user"]) == 1:
            return came
    raise AssertionError("The pause ended the turn three times.")


async def test_a_session_that_cannot_go_on_ends_and_says_why(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.set_fault("tts", "refuse_401")
    while not ada.events("session_ended"):
        count = len(ada.messages)
        await ask(ada)
        await until_async(lambda count=count: news(ada, count), what="an error or the end")  # type: ignore[misc]
    ended = await until_async(lambda: ada.events("session_ended"), what="the end")
    assert ended[0]["reason"] == "agent_failed"
    assert ada.events("error")[-1]["fatal"] is True
    assert ada.messages[-1]["event"] == "session_ended"
