"""Agents of the table as people meet them: who begins, who may speak when, and which servers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from agent_manager.shift.greeting import PLAIN
from agent_manager.speaking.own_words import in_own_words
from fakes.openai_api import Delays, OpenAIStandIn, Request
from support.backend import APPLY, Backend
from support.limits import in_time, is_nearly_in_time
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.habits import briefly
from agent.listeners.test_turns import WORDS, greeted
from agent.shift.test_muting import decided_after
from agent.shift.test_typed import types

COMPLETIONS, SPEECH = "/v1/chat/completions", "/v1/audio/speech"
MORE = "Please bring me milk and honey too."
WAKING = [{"role": "user", "content": "Hi"}]
AGENTS = """
slug: quiet
name: Quiet
first_speaker: person
turn_taking: patient
visibility: link
---
slug: host
name: Host
instructions: You serve soup.
variables: [{{name: table}}]
greeting_by: model
greeting: Offer the soup of the day at {{{{table}}}}.
language: de
visibility: link
---
slug: steady
name: Steady
may_be_interrupted: false
turn_taking: quick
speech_rate: 1.25
temperature: 0.3
visibility: link
---
slug: elsewhere
name: Elsewhere
services:
  stt: {{base_url: "{other}", model: ears}}
  llm: {{base_url: "{other}", model: head}}
  tts: {{base_url: "{other}", model: voice}}
visibility: link
"""
ALLOWED = 'from outgoing.hosts import allow; allow("127.0.0.1", 0, "the tests")'
"""The server that the settings do not know is at a private address."""
_rooms = itertools.count(1)


@pytest.fixture(scope="module")
def other() -> Iterator[OpenAIStandIn]:
    """A server of speech and language that the settings do not know."""
    with OpenAIStandIn() as api:
        yield api


@pytest.fixture(scope="module")
def house(media: MediaServer, openai_api: OpenAIStandIn, other: OpenAIStandIn) -> Iterator[Backend]:
    for running in served(media, openai_api, MAX_SESSIONS_PER_VISITOR="8"):
        running.manage("shell", "-c", ALLOWED + APPLY, told=AGENTS.format(other=other.base_url))
        yield running


@pytest.fixture
async def ada(house: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    openai_api.clear()
    async with person(house, f"stored-{next(_rooms)}") as somebody:
        yield somebody
        await somebody.stop()


def thoughts(api: OpenAIStandIn) -> list[Request]:
    """The requests for replies, but for the token by which a model is loaded."""
    return [asked for asked in api.requests(COMPLETIONS) if asked.messages != WAKING]


def told(asked: Request) -> list[tuple[str, str]]:
    """Role and words of each message of a request."""
    return [(each["role"], each["content"]) for each in asked.messages or []]


async def test_an_agent_whose_person_begins_says_nothing_before(
    house: Backend, ada: Person, openai_api: OpenAIStandIn
) -> None:
    with briefly(openai_api):
        await ada.start(agent="quiet")
        await until_async(lambda: ada.events("session_started"), what="the agent is there")
        openai_api.queue_transcripts(WORDS)
        await ada.say(line(1.0, WORDS))
        assert not (thoughts(openai_api) or openai_api.requests(SPEECH) or ada.finals("agent"))
        reply = await ada.until_final("agent", 1)
        assert reply["text"] == openai_api.reply_to(WORDS)
        assert [role for role, _ in told(thoughts(openai_api)[-1])] == ["system", "user"]
        assert await decided_after(ada, 1) >= 1180, "patient waits for 1.2 s"
        await ada.stop()
        await until_async(lambda: ada.events("session_ended"), what="it is over")
        async with person(house, "stored-again") as again:
            await again.start(agent="quiet", continues=ada.session_id)
            await until_async(lambda: again.events("session_started"), what="the agent is there")
            openai_api.clear()
            await again.say(line(1.0, WORDS))
            assert not (openai_api.requests(SPEECH) or again.finals("agent"))
            await again.until_final("agent", 1)
            assert ("user", WORDS) in told(thoughts(openai_api)[-1])[:-1], (
                "it knows it all the same"
            )
            await again.stop()


@pytest.mark.usefixtures("short_voices")
async def test_a_greeting_that_the_model_makes_is_heard_once_and_kept_as_said(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await ada.start(agent="host", variables={"table": "table nine"})
    greeting = await ada.until_final("agent", 1)
    assert greeting["text"] == openai_api.reply_to("") and ada.hears_since(0)
    [asked] = thoughts(openai_api)
    (first, what), (last, wish) = told(asked)
    assert (first, last) == ("system", "system") and what.startswith("You serve soup.")
    assert wish.endswith("Offer the soup of the day at table nine.") and '"de"' in wish
    await ada.until_quiet(0.5)
    await ada.say(line(WORDS))
    await ada.until_final("agent", 2)
    roles = [role for role, _ in told(thoughts(openai_api)[-1])]
    assert roles == ["system", "assistant", "user"], "what the greeting was to be is not kept"
    times = await until_async(lambda: ada.events("turn_times"), what="the reply's times")
    assert len(times) == 1 and times[0]["guess"] != "missed"


@pytest.mark.usefixtures("short_voices")
async def test_where_the_model_makes_no_greeting_a_plain_one_is_said_in_its_language(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    openai_api.set_fault("llm", "error_500")
    await ada.start(agent="host")
    greeting = await ada.until_final("agent", 1)
    assert greeting["text"] == in_own_words(PLAIN, "de") != PLAIN
    assert [each["code"] for each in ada.events("error")] == ["llm_failed"]
    await ada.until_quiet(2.0)
    assert len(ada.finals("agent")) == 1, "and no apology for what nobody asked"
    openai_api.set_fault("llm", "none")
    await types(ada, "Is there parking?")
    reply = await ada.until_final("agent", 2)
    assert reply["text"] == openai_api.reply_to("Is there parking?")


async def test_one_that_may_not_be_interrupted_finishes_and_then_answers(
    ada: Person, openai_api: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "This is my answer, which goes on for a while and is not to be cut by anybody at all."
    monkeypatch.setattr(openai_api, "reply", long)
    monkeypatch.setattr(openai_api, "delays", Delays(stt=0.05))
    await greeted(ada, agent="steady")
    openai_api.queue_transcripts(WORDS, MORE, *[MORE] * 2)
    await ada.say(line(WORDS))
    decided = await decided_after(ada, 1)
    assert decided >= 380 and is_nearly_in_time(decided / 1000, 0.55), "quick waits for 0.4 s"
    assert {asked.speed for asked in openai_api.requests(SPEECH)} == {1.25}
    assert {asked.temperature for asked in thoughts(openai_api)} == {0.3}
    await ada.say(line(MORE))
    await types(ada, "And sugar?")
    monkeypatch.setattr(openai_api, "reply", "Both, then.")
    first = await ada.until_final("agent", 2)
    assert (first["text"], first.get("interrupted")) == (long, None)
    await ada.until_final("agent", 3)
    await ada.until_quiet(1.5)
    assert [each["text"] for each in ada.finals("agent")][2:] == ["Both, then."]
    asked = told(thoughts(openai_api)[-1])
    assert ("user", "And sugar?") in asked and ("assistant", long) in asked
    assert [text for role, text in asked if role == "user" and text.startswith(MORE)]
    assert [each for each in ada.finals("user") if each["text"].startswith(MORE)]
    monkeypatch.setattr(openai_api, "reply", long)
    await types(ada, "Once more?")
    await ada.wait_seconds_of_reply(1)
    stopped = ada.now()
    await ada.stop()
    await until_async(lambda: not ada.others(), seconds=10, what="the agent has left")
    assert in_time(ada.now() - stopped, 2.0)
    await until_async(lambda: ada.events("session_ended"), what="it is over")
    assert ada.finals("agent")[-1]["interrupted"] is True


@pytest.mark.usefixtures("short_voices")
async def test_an_agent_with_servers_of_its_own_asks_those_without_anybodys_key(
    house: Backend, ada: Person, openai_api: OpenAIStandIn, other: OpenAIStandIn
) -> None:
    with briefly(other):
        other.set_fault("llm", "error_500")
        await greeted(ada, agent="elsewhere")
        await types(ada, "Is there parking?")
        await until_async(lambda: ada.events("error"), what="an error event")
        assert ada.events("error")[0]["code"] == "llm_failed"
        other.set_fault("llm", "none")
        await until_async(lambda: other.requests("/v1/realtime"), what="it is asked if it streams")
        async with person(house, "stored-elsewhere") as bea:
            await greeted(bea, agent="elsewhere")
            other.queue_transcripts(WORDS)
            await bea.say(line(WORDS))
            await bea.until_final("agent", 2)
            await bea.stop()
    assert [asked for asked in other.requests("/v1/realtime") if asked.session], "and then streams"
    assert {asked.authorization for asked in other.requests()} == {"Bearer no-key"}
    used = {asked.model for asked in other.requests() if asked.path != "/v1/realtime"} - {None}
    assert used == {"head", "voice"}
    assert not (thoughts(openai_api) or openai_api.requests(SPEECH))
