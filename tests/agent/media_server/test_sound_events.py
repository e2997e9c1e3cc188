"""Sound that arrives is for one stream: LiveKit's library would show it to every one of them."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from agent_manager.runtimes.embedded import EmbeddedRuntime
from livekit import api, rtc
from livekit.rtc._proto.ffi_pb2 import FfiEvent
from media_server import fixes
from media_server.fixes import sound_events
from support.media_server import MediaServer

RATE, STREAMS, FRAMES = 24_000, 3, 25
TONE = b"\x00\x20" * (RATE // 50)


async def test_a_stream_gets_its_own_sound_and_no_other(
    media: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixes.install()
    seen: Counter[bool] = Counter()
    is_event = rtc.AudioStream._is_event

    def counted(self: rtc.AudioStream, event: FfiEvent) -> bool:
        seen[is_event(self, event)] += 1
        return is_event(self, event)

    monkeypatch.setattr(rtc.AudioStream, "_is_event", counted)
    bound_before = len(sound_events._streams)
    async with asyncio.timeout(20):
        await asyncio.gather(
            *(_hears_a_voice(media, f"{secrets.token_hex(4)}-{n}") for n in range(STREAMS))
        )
    assert seen[True] >= STREAMS * FRAMES
    assert seen[False] <= STREAMS  # what came while a stream was being made
    assert len(sound_events._streams) == bound_before


async def test_agents_streams_are_like_this(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc.AudioStream, "__init__", sound_events._make_stream)
    runtime = EmbeddedRuntime()
    await runtime.open()
    await runtime.shutdown()
    assert sound_events.make_bound_stream is rtc.AudioStream.__init__


async def _hears_a_voice(media: MediaServer, name: str) -> None:
    """Returns when one in the room has heard so many frames of the other; all is closed then."""
    async with AsyncExitStack() as held:
        speaker = await _joined(held, media, name, "speaker")
        listener = await _joined(held, media, name, "listener")
        track: asyncio.Future[rtc.Track] = asyncio.get_running_loop().create_future()
        listener.on("track_subscribed", lambda found, *_: track.set_result(found))
        source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
        held.push_async_callback(source.aclose)
        microphone = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        await speaker.local_participant.publish_track(microphone)
        speaking = asyncio.create_task(_speak(source))
        held.callback(speaking.cancel)
        stream = rtc.AudioStream(await track, sample_rate=RATE, frame_size_ms=20)
        held.push_async_callback(stream.aclose)
        for _ in range(FRAMES):
            await anext(stream)


async def _joined(held: AsyncExitStack, media: MediaServer, name: str, identity: str) -> rtc.Room:
    grants = api.VideoGrants(room_join=True, room=name)
    token = api.AccessToken(media.api_key, media.api_secret).with_identity(identity)
    room = rtc.Room()
    await room.connect(media.url, token.with_grants(grants).to_jwt())
    held.push_async_callback(room.disconnect)
    return room


async def _speak(source: rtc.AudioSource) -> None:
    while True:
        await source.capture_frame(rtc.AudioFrame(TONE, RATE, 1, RATE // 50))
