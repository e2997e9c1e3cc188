"""Somebody in a room who is not the page: who stays, and publishes what they like."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import Any

import numpy as np
from livekit import rtc
from support.speech import RATE

ENTER_SECONDS = 20.0
LEAVE_SECONDS = 5.0
WIDTH, HEIGHT = 320, 240
PIECE = RATE // 50
PIECE_SECONDS = PIECE / RATE
NOISE = np.random.default_rng(1).integers(-40, 40, PIECE, dtype=np.int16).tobytes()
"""Nothing that anybody would take for a voice, and nothing that is left out as silence."""
PICTURE = bytes(WIDTH * HEIGHT * 3 // 2)


class Guest:
    """A connection to a room that is not taken up again, from `came_at` to `gone_at`."""

    def __init__(self) -> None:
        self._room = rtc.Room()
        self._entering: asyncio.Future[None] | None = None
        self.came_at = 0.0
        self.gone_at = 0.0

    async def join(self, url: str, token: str) -> bool:
        """Whether the media server let them in."""
        self._room.on("disconnected", lambda _: self._has_gone())
        # One that is cut short would make the native library end this process.
        self._entering = asyncio.ensure_future(self._room.connect(url, token))
        try:
            async with asyncio.timeout(ENTER_SECONDS):
                await asyncio.shield(self._entering)
        except (rtc.ConnectError, TimeoutError):
            self._has_gone()
            return False
        self.came_at = time.monotonic()
        return True

    @property
    def is_in(self) -> bool:
        """Whether the connection stands."""
        return not self.gone_at

    async def leave(self) -> None:
        """Leaves, if they still are there."""
        if self._entering:
            await asyncio.wait({self._entering}, timeout=ENTER_SECONDS)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._room.disconnect()

    def _has_gone(self) -> None:
        self.gone_at = self.gone_at or time.monotonic()


class Tracks:
    """More tracks of somebody who is in a room; all of them call themselves a microphone."""

    def __init__(self, room: rtc.Room) -> None:
        self._room = room
        self._sources: list[rtc.AudioSource | rtc.VideoSource] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def add_sound(self) -> None:
        """One more audio track, which is not silent."""
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("sound", source)
        self._play(source, self._sound(source))
        await self._publish(track)

    async def add_video(self) -> None:
        """A video track with a picture."""
        source = rtc.VideoSource(WIDTH, HEIGHT)
        track = rtc.LocalVideoTrack.create_video_track("video", source)
        self._play(source, self._video(source))
        await self._publish(track)

    async def close(self) -> None:
        """Plays no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for source in self._sources:
            if isinstance(source, rtc.AudioSource):
                source.clear_queue()
            await source.aclose()

    def _play(
        self,
        source: rtc.AudioSource | rtc.VideoSource,
        frames: Coroutine[Any, Any, None],
    ) -> None:
        self._sources.append(source)
        self._tasks.append(asyncio.create_task(frames))

    async def _publish(self, track: rtc.LocalTrack) -> None:
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._room.local_participant.publish_track(track, options)

    async def _sound(self, source: rtc.AudioSource) -> None:
        while True:
            await source.capture_frame(rtc.AudioFrame(NOISE, RATE, 1, PIECE))
            await asyncio.sleep(PIECE_SECONDS)

    async def _video(self, source: rtc.VideoSource) -> None:
        kind = rtc.VideoBufferType.I420
        while True:
            source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, kind, PICTURE))
            await asyncio.sleep(5 * PIECE_SECONDS)
