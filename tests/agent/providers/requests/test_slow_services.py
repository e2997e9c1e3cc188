"""People who talk with services that take their time: slowly, and with everything said."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from config.services import Kind
from fakes.openai_api import OpenAIStandIn, Request
from support.backend import backend
from support.media_server import MediaServer
from support.person import Person, person
from support.slow import but_first
from support.speech import line
from support.waiting import until_async

from agent.conftest import KEY
from agent.habits import briefly
from agent.listeners.failing import ask
from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.timeout(180)
WAKING = [{"role": "user", "content": "Hi"}]
SLOW = 90.0
"""Seconds within which a slow answer is there on a busy machine."""


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running, briefly(running):
        yield running


@asynccontextmanager
async def talking(media: MediaServer, api: OpenAIStandIn, **env: str) -> AsyncIterator[Person]:
    """A person at a backend that has asked none of its services before."""
    service = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": api.base_url}
    with backend(media, **service, GREETING="Hello. I am here.", **env) as house:
        async with person(house, f"slow-{secrets.token_hex(3)}") as ada:
            yield ada
        print(house.process.output()[-6000:])


def questions(api: OpenAIStandIn) -> list[Request]:
    """What the language model was asked by people."""
    asked = api.requests("/v1/chat/completions")
    return [request for request in asked if request.messages != WAKING]


def codes(ada: Person) -> list[str]:
    return [event["code"] for event in ada.events("error")]


async def test_a_model_that_loads_for_15_seconds_is_asked_once_and_answers(
    media: MediaServer, api: OpenAIStandIn
) -> None:
    api.set_habit("llm", "loads_15s")
    async with talking(media, api) as ada:
        await greeted(ada)
        await ask(ada)
        await ada.until_final("agent", 2, SLOW)
        assert codes(ada) == ["reply_slow"]
        assert len(questions(api)) == 1
        await ada.until_quiet()
        await ask(ada)
        assert (await ada.until_final("agent", 3))["text"] == api.reply_to(WORDS)
        assert codes(ada) == ["reply_slow"]
        assert api.hung_up("llm") == 0
        assert not ada.events("session_ended")


@pytest.mark.parametrize("kind", but_first(["stt", "llm", "tts"]))
async def test_services_that_take_8_seconds_each_time_work_slowly(
    media: MediaServer, api: OpenAIStandIn, kind: Kind
) -> None:
    async with talking(media, api, STT_STREAMING="off") as ada:
        api.set_habit(kind, "takes_8s")
        await greeted(ada)
        for turn in (1, 2):
            await ask(ada)
            await ada.until_final("agent", turn + 1, SLOW)
            await ada.until_quiet()
        assert set(codes(ada)) <= {"reply_slow"}
        assert not ada.events("session_ended")


async def test_who_speaks_again_hangs_up_and_is_answered_anew(
    media: MediaServer, api: OpenAIStandIn
) -> None:
    async with talking(media, api) as ada:
        api.set_habit("llm", "takes_8s")
        await greeted(ada)
        await ask(ada)
        await until_async(lambda: questions(api), what="the model is asked")
        await asyncio.sleep(1.0)  # so long that it is no longer one turn with what follows
        api.queue_transcripts("And how much is it?")
        await ada.say(line("And how much is it?"))
        await until_async(lambda: api.hung_up("llm"), what="somebody hung up")
        reply = await ada.until_final("agent", 2, SLOW)
        assert "how much is it" in reply["text"]
        assert not ada.events("session_ended")


@pytest.mark.slow
async def test_slowness_ends_no_session(media: MediaServer, api: OpenAIStandIn) -> None:
    async with talking(media, api, LLM_FIRST_BYTE_SECONDS="4") as ada:
        await greeted(ada)
        api.set_fault("llm", "hang")
        for turn in (1, 2, 3, 4):
            await ask(ada)
            await until_async(
                lambda turn=turn: codes(ada).count("llm_slow") >= turn,
                seconds=30,
                what="it is told",
            )
        api.set_fault("llm", "none")
        await ask(ada)
        await ada.until_final("agent", 2, SLOW)
        assert not ada.events("session_ended")
