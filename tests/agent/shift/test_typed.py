"""What a person types is answered aloud and in text, by the agent that lives."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.shift import conversation
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend
from support.limits import is_as_heard, is_nearly_in_time
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.listeners.test_turns import WORDS, greeted
from agent.shift.test_continuing import asked


async def types(ada: Person, text: str, **fields: str) -> dict[str, Any]:
    """Types a message and returns its event."""
    path = f"/session/{ada.session_id}/messages"
    answer = await asyncio.to_thread(ada.backend.request, "POST", path, {"text": text, **fields})
    assert answer.status == 202, answer.body
    return dict(answer.body)


async def test_a_typed_line_is_answered_aloud_and_in_text(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    since = ada.now()
    mine = await types(ada, "Is there parking?")
    reply = await ada.until_final("agent", 2)
    assert reply["text"] == openai_api.reply_to("Is there parking?")
    heard = ada.hears_since(since)
    assert heard and is_nearly_in_time(heard - since, 2.0), (
        "the agent is woken, not found by a later look"
    )
    (shown,) = ada.finals("user")
    assert {name: shown[name] for name in mine} == mine
    (begun,) = [
        each for each in ada.events("speech_started") if each["segment"] == reply["segment"]
    ]
    assert begun["answers"] == mine["seq"]
    (times,) = ada.events("turn_times")
    assert (times["asked"], times["segment"]) == (mine["segment"], reply["segment"])
    assert "text_ms" not in times and is_nearly_in_time(times["decision_ms"] / 1000, 0.4)
    assert is_as_heard(times["wait_ms"] / 1000, heard - since)


async def test_it_interrupts_the_agent(ada: Person, long_reply: str) -> None:
    await greeted(ada)
    await types(ada, "Tell me everything.")
    await ada.wait_seconds_of_reply(1)
    mine = await types(ada, "Stop. Something else.")
    cut = await ada.until_final("agent", 2)
    assert cut["interrupted"] and long_reply.startswith(cut["text"])
    assert cut["order"] < mine["order"]
    began = await until_async(
        lambda: [
            each for each in ada.events("speech_started") if each.get("answers") == mine["seq"]
        ],
        what="the second reply",
    )
    assert began


async def test_a_line_into_the_greeting_is_answered_and_the_greeting_ends(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await ada.start()
    await until_async(lambda: ada.events("speech_started"), what="the greeting begins")
    await types(ada, "Is there parking?")
    reply = await ada.until_final("agent", 2)
    assert ada.finals("agent")[0]["interrupted"]
    assert reply["text"] == openai_api.reply_to("Is there parking?")


async def test_lines_in_quick_succession_are_all_answered_in_order(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    for text in ("One?", "Two?", "Three?"):
        last = await types(ada, text)
    await until_async(
        lambda: [
            each for each in ada.events("speech_started") if each.get("answers") == last["seq"]
        ],
        what="a reply to the last",
    )
    await ada.until_final("agent", 2)
    await ada.until_quiet()
    mine = [text for role, text in asked(openai_api) if role == "user"]
    assert mine == ["One?", "Two?", "Three?"]
    assert [final["text"] for final in ada.finals("user")] == mine
    assert ada.finals("agent")[-1]["text"] == openai_api.reply_to("Three?")


async def test_a_line_while_they_speak_and_their_words_get_one_reply(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.queue_transcripts(WORDS)
    speaking = asyncio.create_task(ada.say(line(WORDS)))
    await until_async(
        lambda: [each for each in ada.events("speech_started") if each["role"] == "user"],
        what="she speaks",
    )
    mine = await types(ada, "With two children.")
    await speaking
    reply = await ada.until_final("agent", 2)
    await ada.until_quiet(1.5)
    assert reply["text"] == openai_api.reply_to(WORDS) and len(ada.finals("agent")) == 2
    said = [text for role, text in asked(openai_api) if role == "user"]
    assert sorted(said) == sorted([WORDS, "With two children."])
    (began,) = [
        each for each in ada.events("speech_started") if each["segment"] == reply["segment"]
    ]
    assert began["answers"] == mine["seq"]


async def test_a_line_before_the_agent_came_is_answered_in_place_of_the_greeting(
    agents: Backend, openai_api: OpenAIStandIn
) -> None:
    openai_api.clear()
    async with person(agents, "typed-early") as ada:
        await ada.leave_room()
        await ada.start()
        await types(ada, "Is there parking?")
        await ada.come_back()
        reply = await ada.until_final("agent", 1)
        assert reply["text"] == openai_api.reply_to("Is there parking?")


async def test_a_failing_service_is_told_of_a_typed_line_too(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.set_fault("llm", "error_500")
    await types(ada, "Is there parking?")
    await until_async(lambda: ada.events("error"), what="an error event")
    assert ada.events("error")[0]["code"].startswith("llm_")
    openai_api.set_fault("llm", "none")


class Turning:
    """A spoken turn as a typed line looks at it; its reply begins after the last look."""

    def __init__(self, *looks: bool) -> None:
        self._looks = list(looks)

    @property
    def is_in_turn(self) -> bool:
        return self._looks.pop(0)

    @property
    def is_reply_begun(self) -> bool:
        return not self._looks


@pytest.mark.parametrize(
    ("looks", "is_answered"),
    [
        ((True, False, True, True), True),
        ((True, False, False, True), False),
        ((False, True), False),
    ],
)
async def test_speech_that_is_not_asked_about_yet_ends_no_turn(
    looks: tuple[bool, ...], is_answered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "LOOK_SECONDS", 0.001)
    seen: Any = SimpleNamespace(listeners=Turning(*looks))
    assert await conversation.Conversation._answered_with_turn(seen) is is_answered
