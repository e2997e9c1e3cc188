"""Leaving a room while a track is being published: LiveKit's library would keep it for ever."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from agent_manager.runtimes.embedded import EmbeddedRuntime
from agent_manager.shift.leaving import Visit
from livekit import api, rtc
from media_server import fixes
from media_server.fixes import publishing
from support.media_server import MediaServer
from support.waiting import until_async

from agent.runtimes.test_leaks import native_threads

RATE = 24_000
MOMENTS = [0.01 * number for number in range(8)]
"""Seconds after which publishing is given up: it takes about 0.05."""


async def test_a_track_that_is_being_published_is_let_go_of(media: MediaServer) -> None:
    fixes.install()
    before = _players()
    await asyncio.gather(*(_given_up(media, moment) for moment in MOMENTS))
    await until_async(lambda: _players() <= before, what="the tracks' threads end")


async def test_agents_publish_like_this(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc.LocalParticipant, "publish_track", publishing._publish_track)
    runtime = EmbeddedRuntime()
    await runtime.open()
    await runtime.shutdown()
    assert publishing.publish_wholly is rtc.LocalParticipant.publish_track


async def _given_up(media: MediaServer, moment: float) -> None:
    """A visit to a room that ends so many seconds after it began to publish a track."""
    grants = api.VideoGrants(room_join=True, room=f"given-up-{moment}")
    token = api.AccessToken(media.api_key, media.api_secret).with_identity("agent")
    visit = Visit()
    await visit.enter(media.url, token.with_grants(grants).to_jwt())
    source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    sending = asyncio.create_task(visit.room.local_participant.publish_track(track))
    await asyncio.wait({sending}, timeout=moment)
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    await source.aclose()
    await visit.leave()


def _players() -> int:
    """How many threads of this process play what is queued in audio sources."""
    return sum("AudioSource" in name for name in native_threads())
