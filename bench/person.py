"""A person in a room: a microphone that always runs, an ear that notes when it hears sound."""

from __future__ import annotations

import asyncio
import bisect
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from livekit import rtc

from tests.support import speech

FRAME = speech.RATE // 50
FRAME_SECONDS = FRAME / speech.RATE
LATE_SECONDS = 0.02
AUDIBLE = 300.0
REPLY_DEADLINE = 15.0
QUIET_SECONDS = 1.0
SILENCE = speech.silence(FRAME_SECONDS)


@dataclass(frozen=True)
class Heard:
    """What one line brought, in seconds; `wait` is None when no reply came.

    `ended` is when its last sample went out, by `time.time`.
    """

    wait: float | None
    premature: bool
    ended: float = 0.0


class Person:
    """Joins a room, says lines into it and measures when the reply's sound arrives."""

    def __init__(self) -> None:
        self._room = rtc.Room()
        self._source = rtc.AudioSource(speech.RATE, 1, queue_size_ms=200)
        self._to_say: deque[speech.Samples] = deque()
        self._said: asyncio.Future[float] | None = None
        self._sounds: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, url: str, token: str) -> None:
        """Connects and publishes the microphone."""
        self._room.on("track_subscribed", self._on_track)
        await self._room.connect(url, token)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._room.local_participant.publish_track(track, options)
        self._tasks.append(asyncio.create_task(self._talk()))

    async def leave(self) -> None:
        """Hangs up; safe also after a failed join."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._room.disconnect()
        self._source.clear_queue()
        await self._source.aclose()

    async def first_sound(self, after: float, deadline: float = REPLY_DEADLINE) -> float | None:
        """Returns when the first sound after `after` came (`time.monotonic`), or None."""
        while time.monotonic() < after + deadline:
            if at := self._next_sound(after):
                return at
            await asyncio.sleep(0.01)
        return None

    async def wait_until_quiet(self) -> None:
        """Returns when nothing was heard for a second."""
        while (quiet := self._quiet_seconds()) < QUIET_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(QUIET_SECONDS - quiet)

    def last_sound_before_silence(self, after: float, silence: float = 0.4) -> float:
        """Returns when the agent was last heard before a silence, in seconds of `time.monotonic`.

        It is `after` if it was not heard at all.
        """
        last = after
        for at in self._sounds[bisect.bisect_right(self._sounds, after) :]:
            if at - last > silence:
                break
            last = at
        return last

    async def say(self, samples: speech.Samples) -> Heard:
        """Says one line, waits for the reply and listens to its end."""
        started = time.monotonic()
        ended = await self.speak(samples)
        premature = (self._next_sound(started) or ended) < ended
        ended_at = time.time() - (time.monotonic() - ended)
        sound = await self.first_sound(ended)
        await self.wait_until_quiet()
        return Heard(sound - ended if sound else None, premature, ended_at)

    async def speak(self, samples: speech.Samples) -> float:
        """Says one line; returns when (seconds of `time.monotonic`) its last sample went out."""
        filled = np.concatenate([speech.silence(FRAME_SECONDS)[: -len(samples) % FRAME], samples])
        self._said = asyncio.get_running_loop().create_future()
        self._to_say.extend(filled.reshape(-1, FRAME))
        return await self._said

    @property
    def queued(self) -> float:
        """Seconds of sound that are still to go out: the microphone's queue is never empty."""
        return self._source.queued_duration

    async def _talk(self) -> None:
        due = time.monotonic()
        while True:
            speaking = bool(self._to_say)
            samples = self._to_say.popleft() if speaking else SILENCE
            frame = rtc.AudioFrame(samples.tobytes(), speech.RATE, 1, FRAME)
            await self._source.capture_frame(frame)
            now = time.monotonic()
            if speaking and not self._to_say and self._said:
                self._said.set_result(now)
            due = max(due + FRAME_SECONDS, now - LATE_SECONDS)
            await asyncio.sleep(due - now)

    def _on_track(self, track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.append(asyncio.create_task(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=speech.RATE, num_channels=1, frame_size_ms=10)
        try:
            async for event in stream:
                self.take(np.frombuffer(event.frame.data, dtype=np.int16))
        finally:
            await stream.aclose()

    def take(self, samples: speech.Samples) -> None:
        """Hears 10 ms of the agent's voice."""
        if speech.rms(samples) > AUDIBLE:
            self._sounds.append(time.monotonic())

    def _quiet_seconds(self) -> float:
        return time.monotonic() - self._sounds[-1] if self._sounds else QUIET_SECONDS

    def _next_sound(self, after: float) -> float | None:
        index = bisect.bisect_right(self._sounds, after)
        return self._sounds[index] if index < len(self._sounds) else None
