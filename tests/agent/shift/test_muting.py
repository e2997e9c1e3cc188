"""A person's turn is over when their track is muted, and not before a button is let go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.state import Delays
from livekit import rtc
from media_server.names import PUSH_TO_TALK_TRACK
from support.backend import Backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line, silence
from support.waiting import until_async

from agent.conftest import served
from agent.listeners.test_turns import WORDS, greeted

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("short_voices")]

SILENCE_MS = 600
"""Milliseconds of silence that end a turn while the microphone is on."""
PAUSE = 2.5
"""Seconds of silence in which a turn would have ended long ago."""
FIRST, SECOND = "Please tell me about tea.", "And about coffee too."


@pytest.fixture(scope="module", params=["off", "on"], ids=["files", "streaming"])
def patient(
    media: MediaServer, openai_api: OpenAIStandIn, request: pytest.FixtureRequest
) -> Iterator[Backend]:
    """A backend whose agents have their words by files, and one where they come by a socket."""
    yield from served(media, openai_api, STT_STREAMING=request.param, MAX_SESSIONS_PER_VISITOR="8")


@pytest.fixture
async def bea(
    patient: Backend,
    openai_api: OpenAIStandIn,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Person]:
    openai_api.clear()
    monkeypatch.setattr(openai_api, "delays", Delays(stt=0.05))
    async with person(patient, f"mute-{abs(hash(request.node.name))}") as somebody:
        await greeted(somebody)
        yield somebody
        await somebody.stop()


def microphone(somebody: Person) -> rtc.LocalAudioTrack:
    [publication] = somebody._room.local_participant.track_publications.values()
    assert isinstance(publication.track, rtc.LocalAudioTrack)
    return publication.track


async def take_button(somebody: Person) -> rtc.LocalAudioTrack:
    """Comes again with a microphone that is on while a button is held."""
    somebody.track_name = PUSH_TO_TALK_TRACK
    await somebody.come_back()
    track = microphone(somebody)
    track.mute()
    await somebody.say(silence(1.0))
    return track


async def decided_after(somebody: Person, turn: int) -> int:
    """Milliseconds from a turn's end to the decision that it is over, once it is answered."""
    await until_async(lambda: len(somebody.events("turn_times")) >= turn, what="a reply's times")
    times = somebody.events("turn_times")[turn - 1]
    return int(times["text_ms"] + times["decision_ms"])


async def test_a_mute_ends_the_turn_at_once_with_every_word(
    bea: Person, openai_api: OpenAIStandIn
) -> None:
    openai_api.queue_transcripts(WORDS)
    await bea.say(line(WORDS))
    microphone(bea).mute()
    await decided_after(bea, 1)
    assert bea.finals("user")[0]["text"] == WORDS
    await bea.until_final("agent", 2)
    microphone(bea).unmute()
    await bea.until_quiet(0.5)
    await bea.say(line(SECOND))
    assert await decided_after(bea, 2) >= SILENCE_MS - 20, "silence counts as before"


async def test_a_held_button_holds_the_turn_through_any_pause(bea: Person) -> None:
    track = await take_button(bea)
    track.unmute()
    begun = time.monotonic()
    await bea.say(line(0.5, FIRST, PAUSE, SECOND))
    assert bea.hears_since(begun) is None, "nobody answers while it is held"
    await bea.say(silence(1.0))
    assert [m["code"] for m in bea.events("error")] == []
    track.mute()
    assert await decided_after(bea, 1) < PAUSE * 1000, "from when it was let go"
    assert (await bea.until_final("user", 1))["text"] == f"{WORDS} {WORDS}", "both together"


async def test_a_network_that_breaks_while_the_button_is_held_splits_no_turn(bea: Person) -> None:
    track = await take_button(bea)
    track.unmute()
    await bea.say(line(FIRST, 0.3))
    await bea.come_back()
    await bea.say(line(0.5, SECOND, PAUSE))
    assert bea.finals("user") == [], "it is still held"
    microphone(bea).mute()
    assert (await bea.until_final("user", 1))["text"] == f"{WORDS} {WORDS}", "both together"


async def test_a_button_pressed_without_a_word_asks_nobody_anything(
    bea: Person, openai_api: OpenAIStandIn
) -> None:
    track = await take_button(bea)
    for _ in range(3):
        track.unmute()
        await asyncio.sleep(0.2)
        track.mute()
    await bea.say(silence(1.0))
    assert bea.finals("user") == [] and openai_api.requests("/v1/chat/completions") == []
