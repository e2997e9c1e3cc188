"""What a session sounded like: kept with consent alone, and whole whatever becomes of its agent."""

from __future__ import annotations

import asyncio
import itertools
import urllib.request
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.stereo import HEARD_RATE, LOUD, QUIET, decoded, loudness
from support.backend import Backend
from support.limits import is_as_heard
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.listeners.test_turns import greeted

_rooms = itertools.count(1)
VOICE = LOUD / 2


@pytest.fixture(scope="module")
def recording(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    """A backend that asks people whether it may record."""
    yield from served(media, openai_api, RECORDING="ask", MAX_SESSIONS_PER_VISITOR="8")


@pytest.fixture
async def eve(recording: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    openai_api.clear()
    async with person(recording, f"recorded-{next(_rooms)}") as somebody:
        yield somebody


def sound(agents: Backend, session_id: str) -> bytes:
    url = f"{agents.url}/transcripts/{session_id}/recording"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
        return bytes(answer.read())


def first_loud(channel: Any, after: float = 0.0, level: float = VOICE) -> float:
    """When the channel is first as loud as a voice after a time, in seconds."""
    step = 0.02
    times = (after + step * n for n in itertools.count())
    end = len(channel) / HEARD_RATE
    return next(
        at
        for at in itertools.takewhile(lambda at: at + step < end, times)
        if loudness(channel, at, at + step) > level
    )


async def test_both_voices_are_heard_again_when_they_were_heard(
    eve: Person, recording: Backend
) -> None:
    await eve.start(recorded=True)
    await eve.until_final("agent", 1)
    await eve.until_quiet(0.5)
    words = line("Please tell me what you can do for me.")
    said = await eve.say(words)
    await eve.until_final("agent", 2)
    await eve.until_quiet(0.5)
    greeted_at, answered = eve.hears_since(0), eve.hears_since(said)
    assert greeted_at and answered
    await eve.stop()
    await until_async(lambda: eve.events("session_ended"), what="the session is over")
    left, right = decoded(await asyncio.to_thread(sound, recording, eve.session_id))
    greeting, spoken = first_loud(right, level=300), first_loud(left)
    reply = first_loud(right, spoken + 2, level=300)
    began = said - len(words) / 48_000
    assert is_as_heard(began - greeted_at, spoken - greeting)
    assert is_as_heard(reply - spoken, answered - began)
    assert loudness(right, spoken + 0.2, spoken + 1.5) < QUIET
    assert loudness(left, reply, reply + 0.5) < QUIET


async def test_without_consent_nothing_is_kept(eve: Person, recording: Backend) -> None:
    answer = await eve.start()
    assert answer["recorded"] is False
    await eve.until_final("agent", 1)
    path = f"/transcripts/{eve.session_id}/recording"
    refused = await asyncio.to_thread(recording.request, "GET", path)
    assert (refused.status, refused.body["code"]) == (404, "no_recording")


async def test_where_the_operator_has_it_off_consent_changes_nothing(
    ada: Person, agents: Backend
) -> None:
    await greeted(ada, recorded=True)
    there = await asyncio.to_thread(agents.request, "GET", f"/session/{ada.session_id}")
    assert there.body["recorded"] is False


async def test_an_interrupted_reply_ends_where_it_was_heard_to_end(
    eve: Person, recording: Backend, long_reply: str
) -> None:
    await eve.start(recorded=True)
    await eve.until_final("agent", 1)
    await eve.until_quiet(0.5)
    await eve.say(line("Please tell me what you can do for me."))
    heard = await eve.until_hears_reply()
    await eve.wait_seconds_of_reply(2.0)
    await eve.say(line("Stop it, please stop it now."))
    silent = eve.fell_silent_after(heard)
    await eve.stop()
    over = eve.now()
    await until_async(lambda: eve.events("session_ended"), what="the session is over")
    _, right = decoded(await asyncio.to_thread(sound, recording, eve.session_id))
    quiet = first_loud(right[::-1], level=300)
    assert quiet > 0.5, "it was cut off before its session was"
    # A listener hears it later than it was played, and the recording ends after the answer to Stop.
    assert is_as_heard(over - silent, quiet)
