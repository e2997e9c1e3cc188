"""What one job process learns of servers, the next one knows: real processes, one record."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fakes.openai_api import OpenAIStandIn, Request
from support.backend import Backend, backend
from support.limits import in_time
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async
from support.worker import RunningWorker, worker

from agent.conftest import KEY
from agent.listeners.test_turns import WORDS

pytestmark = pytest.mark.usefixtures("short_voices")

GREETING = "Hello. I am here."
MUTE_SECONDS = 3.0
"""What a socket without words costs the turn that finds it out."""
COMPLETIONS = "/v1/chat/completions"


async def test_the_first_session_pays_and_the_second_in_another_process_does_not(
    media: MediaServer, openai_api: OpenAIStandIn
) -> None:
    openai_api.clear()
    openai_api.realtime_habit = "never_transcribes"
    openai_api.set_habit("llm", "no_stream_options")
    settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": openai_api.base_url}
    with (
        backend(
            media,
            AGENT_RUNTIME="dispatch",
            AGENT_EXECUTOR="process",
            AGENT_IDLE_PROCESSES="1",
            GREETING=GREETING,
            **settings,
        ) as served,
        worker(served) as hired,
    ):
        await until_async(lambda: _knows(served, "stt_streams"), seconds=20, what="it is known")
        async with person(served, "first") as ada:
            waited = await _talks(ada)
            await _leaves(ada)
        assert waited >= MUTE_SECONDS
        assert len(openai_api.requests("/v1/audio/speech")) > 1
        assert len(_wakings(openai_api)) == 1
        assert len(hired.lines("llm_adapted")) == 1
        await until_async(lambda: _knows(served, "voice"), seconds=20, what="the voice is kept")

        openai_api.clear()
        openai_api.realtime_habit = "never_transcribes"
        openai_api.set_habit("llm", "no_stream_options")
        async with person(served, "second", "ben") as ben:
            await _greeted(ben)
            assert openai_api.requests("/v1/audio/speech") == []
            assert _wakings(openai_api) == []
            waited = await _talks(ben)
            await _leaves(ben)
        assert in_time(waited, 2.0)
        assert openai_api.requests("/v1/realtime") == []
        assert len(hired.lines("llm_adapted")) == 1
        assert len(_pids(hired)) == 2, "the test needs two processes"


async def _greeted(somebody: Person) -> None:
    if not somebody.session_id:
        await somebody.start()
    assert (await somebody.until_final("agent", 1))["text"] == GREETING


async def _talks(somebody: Person) -> float:
    """Seconds from the end of what is said to its words."""
    await _greeted(somebody)
    over = await somebody.say(line(WORDS))
    heard = await somebody.until_final("user", 1)
    assert heard["text"] == WORDS
    await somebody.until_final("agent", 2)
    return float(heard["received"]) - over


async def _leaves(somebody: Person) -> None:
    await somebody.stop()
    await until_async(lambda: somebody.events("session_ended"), seconds=10, what="the end")


def _wakings(api: OpenAIStandIn) -> list[Request]:
    """The requests that were only to load the model."""
    return [asked for asked in api.requests(COMPLETIONS) if not asked.stream]


def _pids(hired: RunningWorker) -> set[object]:
    return {agent["pid"] for agent in hired.agents()}


def _knows(served: Backend, kind: str) -> bool:
    """Whether the record has a fact of this kind."""
    [path] = Path(served.env["DATA_DIR"]).glob("*.sqlite3")
    with sqlite3.connect(path) as record:
        query = "SELECT count(*) FROM voice_sessions_knownfact WHERE kind = ?"
        return bool(record.execute(query, [kind]).fetchone()[0])
