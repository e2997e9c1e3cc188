"""A session as a person has it: greeting, spoken turns, interruption."""

from __future__ import annotations

from typing import Any

from fakes.openai_api import OpenAIStandIn
from support.limits import in_time
from support.person import Person
from support.speech import line

from agent.conftest import KEY

WORDS = "Please tell me what you can do for me."


async def greeted(ada: Person, **fields: Any) -> None:
    """Starts a session and returns when the greeting has been heard."""
    await ada.start(**fields)
    await ada.until_final("agent", 1)
    await ada.until_quiet(0.5)


async def test_it_greets_first_and_is_heard(ada: Person) -> None:
    await greeted(ada)
    greeting = ada.finals("agent")[0]
    assert greeting["text"] == "Hello. I am here."
    assert "interrupted" not in greeting
    started = ada.events("speech_started")[0]
    assert greeting["order"] == started["seq"]
    assert ada.events("session_started")[0]["seq"] == 1
    heard = ada.hears_since(0)
    assert heard and in_time(abs(heard - started["received"]), 1.5)
    interims = [m["text"] for m in ada.messages if m.get("final") is False]
    assert len(interims) >= 2 and interims[-1] == "Hello. I am here."


async def test_a_spoken_turn_is_answered(ada: Person, openai_api: OpenAIStandIn) -> None:
    await greeted(ada, system_prompt="You sell tea.")
    openai_api.queue_transcripts(WORDS)
    spoken = await ada.say(line(WORDS))
    mine = await ada.until_final("user", 1)
    reply = await ada.until_final("agent", 2)
    assert mine["text"] == WORDS
    assert reply["text"] == openai_api.reply_to(WORDS)
    heard = ada.hears_since(spoken)
    assert heard and in_time(heard - spoken, 4.0)
    assert [m["order"] for m in sorted(ada.messages_with_final(), key=lambda m: m["order"])] == [
        ada.finals("agent")[0]["order"],
        mine["order"],
        reply["order"],
    ]
    assert [m["text"] for m in ada.messages if m.get("final") is False and m["role"] == "user"]


async def test_each_service_is_asked_as_the_settings_say(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada, system_prompt="You sell tea.")
    openai_api.queue_transcripts(WORDS)
    await ada.say(line(WORDS))
    await ada.until_final("agent", 2)
    asked = openai_api.requests()
    assert {request.authorization for request in asked} == {f"Bearer {KEY}"}
    (completion,) = openai_api.requests("/v1/chat/completions")
    assert completion.model == "gpt-4o-mini" and completion.stream is True
    assert completion.messages and "You sell tea." in str(completion.messages[0])
    assert WORDS in str(completion.messages[-1])
    speech = openai_api.requests("/v1/audio/speech")
    assert {request.response_format for request in speech} == {"pcm"}
    assert {request.model for request in speech} == {"gpt-4o-mini-tts"}
    assert {request.voice for request in speech} == {"alloy"}
    assert "Certainly." in [request.input for request in speech]


async def test_an_interrupted_reply_stops_and_keeps_what_was_heard(
    ada: Person, openai_api: OpenAIStandIn, long_reply: str
) -> None:
    await greeted(ada)
    openai_api.queue_transcripts(WORDS, "No, stop please.")
    await ada.say(line(WORDS))
    await ada.until_hears_reply()
    await ada.wait_seconds_of_reply(3.5)
    openai_api.reply = "As you wish."
    begun = ada.now()
    await ada.say(line("No, stop please, I want something else."))
    interrupted = await ada.until_final("agent", 2)
    assert in_time(ada.fell_silent_after(begun) - begun, 2.5)
    assert interrupted["interrupted"] is True
    assert interrupted["text"] and long_reply.startswith(interrupted["text"])
    assert len(interrupted["text"]) < len(long_reply) / 2
    second = await ada.until_final("user", 2)
    assert interrupted["order"] < second["order"]
    assert (await ada.until_final("agent", 3))["text"] == "As you wish."
