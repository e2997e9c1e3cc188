"""Somebody's sound in a room: a microphone that always runs and an ear that notes who is heard."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from livekit import rtc
from support.speech import RATE, SPEECH_LEVEL, Samples, rms

FRAME = RATE // 50
FRAME_SECONDS = FRAME / RATE
HEARING_RATE = 24_000
PAUSE = 0.4
REJOIN_DELAY = 0.5
ENTER_SECONDS = 10.0
NOTHING = np.zeros(FRAME, dtype=np.int16)

Grant = Callable[[], Awaitable[tuple[str, str]]]
"""A fresh (server_url, token) for the room."""


@dataclass
class Voice:
    """Somebody was heard from `start` to `end` without a pause."""

    identity: str
    start: float
    end: float


class Ear:
    """Who was heard when, on the monotonic clock."""

    def __init__(self) -> None:
        self.voices: list[Voice] = []
        self.levels: list[float] | None = None
        """While it is a list, how loud each piece of 10 ms is that comes in."""

    def take(self, identity: str, level: float) -> None:
        """A piece of 10 ms from somebody, as loud as that."""
        if self.levels is not None:
            self.levels.append(level)
        if level > SPEECH_LEVEL:
            self.hear(identity)

    def hear(self, identity: str) -> None:
        now = time.monotonic()
        last = self.voices[-1] if self.voices else None
        if last and last.identity == identity and now - last.end < PAUSE:
            last.end = now
        else:
            self.voices.append(Voice(identity, now, now))

    def onset(self, after: float, other_than: str = "") -> Voice | None:
        """The first voice that began after a moment, not of that identity."""
        index = bisect.bisect_right(self.voices, after, key=lambda voice: voice.start)
        return next((v for v in self.voices[index:] if v.identity != other_than), None)

    def is_hearing(self) -> bool:
        """Whether somebody is speaking right now."""
        return self.quiet_seconds() < 0.1

    def quiet_seconds(self) -> float:
        """For how long nobody was heard; a long time when nobody ever was."""
        return time.monotonic() - self.voices[-1].end if self.voices else 3600.0

    async def until_quiet(self, seconds: float) -> None:
        """Returns when nobody was heard for that long."""
        while (left := seconds - self.quiet_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)

    def spoken_seconds(self) -> float:
        """How long the newest voice has gone on."""
        return self.voices[-1].end - self.voices[-1].start if self.voices else 0.0


class Media:
    """A stay in a room that is taken up again when the media server drops it for good.

    The SDK resumes by itself; where it gives up, we join anew with a fresh token, as the page does.
    `drops` are the moments at which the SDK gave up or was thrown out.
    """

    def __init__(self, grant: Grant) -> None:
        self.ear = Ear()
        self.drops: list[float] = []
        self.is_taken_over = False
        self._grant = grant
        self._room = rtc.Room()
        self._entering: asyncio.Future[None] | None = None
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
        self._to_say: deque[Samples] = deque()
        self._said: asyncio.Future[float] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: dict[str, asyncio.Task[None]] = {}
        self._has_left = False

    async def join(self) -> None:
        """Enters the room with a silent microphone."""
        await self._enter()
        self._own(self._speak())

    async def say(self, samples: Samples) -> float:
        """Speaks one line; the moment its last sample went out."""
        padded = np.concatenate([samples, NOTHING[: -len(samples) % FRAME]])
        self._said = asyncio.get_running_loop().create_future()
        self._to_say.extend(padded.reshape(-1, FRAME))
        return await self._said

    async def leave(self) -> None:
        """Leaves the room for good; safe also when it was never entered, or left before."""
        if self._has_left:
            return
        self._has_left = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._entering is not None:
            await asyncio.wait({self._entering}, timeout=ENTER_SECONDS)
        await self._drop_room()
        self._source.clear_queue()
        await self._source.aclose()

    @property
    def room(self) -> rtc.Room:
        """The room as the SDK has it now."""
        return self._room

    def others(self) -> list[str]:
        """The identities of who else is in the room."""
        return [person.identity for person in self._room.remote_participants.values()]

    async def _enter(self) -> None:
        url, token = await self._grant()
        room = rtc.Room()
        room.on("track_subscribed", self._on_track)
        room.on("track_unsubscribed", self._on_track_gone)
        room.on("disconnected", lambda reason: self._on_disconnected(room, reason))
        self._room = room
        # One that is cut short would make the native library end this process.
        self._entering = asyncio.ensure_future(room.connect(url, token))
        await asyncio.shield(self._entering)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(track, options)

    def _on_disconnected(self, room: rtc.Room, reason: rtc.DisconnectReason.ValueType) -> None:
        if self._has_left or room is not self._room:
            return
        self.drops.append(time.monotonic())
        self.is_taken_over = reason == rtc.DisconnectReason.DUPLICATE_IDENTITY
        if not self.is_taken_over:
            self._own(self._rejoin())

    async def _rejoin(self) -> None:
        while True:
            try:
                await self._enter()
                return
            except Exception:
                await self._drop_room()
                await asyncio.sleep(REJOIN_DELAY)

    async def _drop_room(self) -> None:
        room, self._room = self._room, rtc.Room()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await room.disconnect()

    async def _speak(self) -> None:
        due = time.monotonic()
        while True:
            samples = self._to_say.popleft() if self._to_say else None
            frame = NOTHING if samples is None else samples
            await self._source.capture_frame(rtc.AudioFrame(frame.tobytes(), RATE, 1, FRAME))
            now = time.monotonic()
            if samples is not None and not self._to_say and self._said and not self._said.done():
                self._said.set_result(now)
            due = max(due + FRAME_SECONDS, now - FRAME_SECONDS)
            await asyncio.sleep(due - now)

    def _on_track(
        self, track: rtc.Track, _: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant
    ) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._listening[track.sid] = self._own(self._listen(track, who.identity))

    def _on_track_gone(self, track: rtc.Track, *_: object) -> None:
        """Who went on listening would hear the next track, which comes by the same receiver."""
        if listening := self._listening.pop(track.sid, None):
            listening.cancel()

    async def _listen(self, track: rtc.Track, identity: str) -> None:
        stream = rtc.AudioStream.from_track(
            track=track, sample_rate=HEARING_RATE, num_channels=1, frame_size_ms=10
        )
        try:
            async for event in stream:
                self.ear.take(identity, rms(bytes(event.frame.data)))
        finally:
            await stream.aclose()

    def _own(self, coroutine: Awaitable[None]) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(coroutine)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
