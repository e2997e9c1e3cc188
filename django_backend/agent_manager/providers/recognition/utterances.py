"""Where somebody speaks in a stream of sound, and how much of it is voice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from livekit import rtc
from livekit.agents import APIError, stt, vad

from agent_manager.providers.recognition.look import Change, Look, level_of

SURE = 0.5
"""Probability of voice from which a moment counts as voice."""


@dataclass
class Utterance:
    """Speech between two silences.

    `voice` are its seconds of voice; `begins` and `ends` say where its sound lies in the stream, in
    seconds, and `ended_at` when the voice ceased, on the wall clock. `is_answered` says that its
    words came another way meanwhile, `doubts_socket` that a socket gave none for it in time.
    `asked` is the recognition that began before it was sure that the speech had ended.
    """

    sound: rtc.AudioFrame
    voice: float
    begins: float
    ends: float
    ended_at: float
    is_answered: bool = False
    doubts_socket: bool = False
    asked: asyncio.Task[stt.SpeechEvent | APIError] | None = None


class Began:
    """Somebody began to speak."""


@dataclass(frozen=True)
class Falls:
    """The voice seems to fall silent; `so_far` is what was said since it began."""

    so_far: Utterance


class Rises:
    """The voice that seemed to fall silent goes on."""


Heard = Began | Falls | Rises | Utterance


class Ears:
    """Finds utterances by a detector of voice; `voice` are the seconds of it from the beginning."""

    def __init__(self, detector: vad.VADStream, window: float) -> None:
        self._detector = detector
        self._window = window
        self._voice_before = 0.0
        self._heard_until = 0.0
        self._look = Look()
        self._sounds: list[rtc.AudioFrame] = []
        self.voice = 0.0

    async def utterances(self) -> AsyncIterator[Heard]:
        """Gives each beginning of speech, what the quick look sees and, at its end, the speech."""
        async for event in self._detector:
            if event.type is vad.VADEventType.INFERENCE_DONE:
                self.voice += self._window if event.probability >= SURE else 0.0
                if seen := self._looked(event):
                    yield seen
            elif event.type is vad.VADEventType.START_OF_SPEECH:
                self._look.begins(event.timestamp)
                self._sounds = list(event.frames)
                yield Began()
            elif event.frames:
                self._look.ends(event.timestamp)
                self._sounds = []
                yield self._ended(event)

    def _looked(self, event: vad.VADEvent) -> Falls | Rises | None:
        """What one more window of speech shows, nothing outside speech."""
        if not self._sounds or not event.frames:
            return None
        self._sounds.append(event.frames[0])
        change = self._look.window(event.probability, level_of(event.frames[0]))
        if change is Change.FALLS:
            return Falls(self._so_far(event.timestamp))
        return Rises() if change is Change.RISES else None

    def _so_far(self, until: float) -> Utterance:
        sound = rtc.combine_audio_frames(self._sounds)
        self._sounds = [sound]
        begins = until - sound.duration
        if begins < self._heard_until:
            sound = _without(sound, self._heard_until - begins)
            begins = self._heard_until
        return Utterance(sound, self.voice - self._voice_before, begins, until, time.time())

    def _ended(self, event: vad.VADEvent) -> Utterance:
        """The utterance without the sound before it that belonged to the one before."""
        sound = event.frames[0]
        begins = event.timestamp - sound.duration
        if begins < self._heard_until:
            sound = _without(sound, self._heard_until - begins)
            begins = self._heard_until
        self._heard_until = event.timestamp
        before, self._voice_before = self._voice_before, self.voice
        silence = event.silence_duration + event.inference_duration
        voice = self.voice - before
        return Utterance(sound, voice, begins, event.timestamp, time.time() - silence)


def joined(utterances: Sequence[Utterance]) -> Utterance:
    """The utterances as one."""
    first, last = utterances[0], utterances[-1]
    if first is last:
        return first
    return Utterance(
        sound=rtc.combine_audio_frames([each.sound for each in utterances]),
        voice=sum(each.voice for each in utterances),
        begins=first.begins,
        ends=last.ends,
        ended_at=last.ended_at,
    )


def _without(sound: rtc.AudioFrame, seconds: float) -> rtc.AudioFrame:
    """The sound from so many seconds on; never less than a window of it."""
    left = max(sound.samples_per_channel - round(seconds * sound.sample_rate), 512)
    samples = sound.data[-left * sound.num_channels :]
    return rtc.AudioFrame(samples.tobytes(), sound.sample_rate, sound.num_channels, left)
