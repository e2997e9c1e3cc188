"""AGENT_EXECUTOR=thread: the sessions of a worker share its process, and what it has opened."""

from __future__ import annotations

import asyncio

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async
from support.worker import worker

from agent.conftest import KEY
from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.usefixtures("short_voices")


async def test_its_sessions_talk_one_after_the_other_and_at_once(
    media: MediaServer, openai_api: OpenAIStandIn
) -> None:
    openai_api.clear()
    with (
        backend(
            media,
            AGENT_RUNTIME="dispatch",
            AGENT_EXECUTOR="thread",
            AGENT_IDLE_PROCESSES="1",
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=openai_api.base_url,
            GREETING="Hello. I am here.",
        ) as served,
        worker(served) as hired,
    ):
        async with person(served, "alone") as ada:
            await _talks(ada)
        async with person(served, "left") as ada, person(served, "right", "ben") as ben:
            await asyncio.gather(_talks(ada), _talks(ben))
        pids = {agent["pid"] for agent in hired.agents()}
        assert pids == {hired.process.pid}
        assert not hired.lines("service_failed")
        assert "event loop" not in hired.process.output()


async def _talks(somebody: Person) -> None:
    await greeted(somebody)
    await somebody.say(line(WORDS))
    assert (await somebody.until_final("user", 1))["text"] == WORDS
    await somebody.until_final("agent", 2)
    await somebody.stop()
    await until_async(lambda: somebody.events("session_ended"), seconds=10, what="the end")
