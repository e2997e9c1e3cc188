"""Somebody in a room who does not behave as the page does: who stays, and publishes what they like."""

from __future__ import annotations

import asyncio
import contextlib
import time

from livekit import rtc
from support.speech import RATE

ENTER_SECONDS = 20.0
LEAVE_SECONDS = 5.0
WIDTH, HEIGHT = 320, 240


class Guest:
    """A connection to a room that is not taken up again. `gone_at` is when it ended."""

    def __init__(self) -> None:
        self._room = rtc.Room()
        self._sources: list[rtc.AudioSource] = []
        self._entering: asyncio.Future[None] | None = None
        self.came_at = 0.0
        self.gone_at = 0.0

    async def join(self, url: str, token: str) -> bool:
        """Whether the media server let them in."""
        self._room.on("disconnected", lambda _: self._has_gone())
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

    async def publish_sound(self, name: str, source: rtc.TrackSource.ValueType) -> None:
        """One more audio track."""
        sound = rtc.AudioSource(RATE, 1)
        self._sources.append(sound)
        track = rtc.LocalAudioTrack.create_audio_track(name, sound)
        await self._publish(track, source)

    async def publish_video(self, source: rtc.TrackSource.ValueType) -> None:
        """A video track that calls itself by that source."""
        track = rtc.LocalVideoTrack.create_video_track("video", rtc.VideoSource(WIDTH, HEIGHT))
        await self._publish(track, source)

    async def leave(self) -> None:
        """Leaves, if they still are there."""
        if self._entering:
            await asyncio.wait({self._entering}, timeout=ENTER_SECONDS)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._room.disconnect()
        for source in self._sources:
            await source.aclose()

    async def _publish(self, track: rtc.LocalTrack, source: rtc.TrackSource.ValueType) -> None:
        options = rtc.TrackPublishOptions(source=source)
        await self._room.local_participant.publish_track(track, options)

    def _has_gone(self) -> None:
        self.gone_at = self.gone_at or time.monotonic()
