"""Where speech begins and ends in a stream of audio."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
FRAME_MS = 20
_FRAME = SAMPLE_RATE * FRAME_MS // 1000
_SHORT_PAUSE_MS = 120
_START_WINDOW = 6
_START_FRAMES = 4
_QUIETEST_SPEECH = 40.0
_OVER_FLOOR = 2.0
_LOUDEST_FIRST_FLOOR = 150.0
_FLOOR_FALL = 0.3
_FLOOR_RISE = 1.004
_FLOOR_RISE_IN_SPEECH = 1.0005


@dataclass(frozen=True)
class Started:
    """Speech began at `at_ms`; `pcm` is what to decode so far, its run-up included."""

    at_ms: int
    pcm: bytes


@dataclass(frozen=True)
class Continued:
    """More audio of the open speech, its pauses included."""

    pcm: bytes


@dataclass(frozen=True)
class Stopped:
    """Speech ended at `at_ms`, before the silence that proved it."""

    at_ms: int


Happening = Started | Continued | Stopped


class SpeechDetector:
    """Cuts 16 kHz 16-bit audio into stretches of speech.

    A frame of 20 ms is speech when WebRTC's detector says so and it is clearly louder than the
    background, which is measured all the time: the detector alone has a hangover of 0.1 s that
    every reply would wait for. `silence_ms` None means that only `stop` or the longest length
    ends a stretch; otherwise a short pause is enough past half that length, so that a word is
    hardly ever cut in two. `threshold` is 0 to 1 as in OpenAI's server_vad.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        prefix_ms: int = 300,
        silence_ms: int | None = 250,
        longest_ms: int = 30_000,
        now_ms: int = 0,
    ) -> None:
        mode = 1 if threshold < 0.4 else 2 if threshold < 0.7 else 3
        self._sounds_like_speech = _webrtc(mode)
        self._silence_ms = silence_ms
        self._longest_ms = longest_ms
        self._rest = b""
        self._before: deque[bytes] = deque(maxlen=max(prefix_ms // FRAME_MS, 5) + _START_WINDOW)
        self._window: deque[bool] = deque(maxlen=_START_WINDOW)
        self._floor = 0.0
        self.now_ms = now_ms
        self._started_ms: int | None = None
        self._last_speech_ms = 0

    @property
    def in_speech(self) -> bool:
        return self._started_ms is not None

    def push(self, pcm: bytes) -> Iterator[Happening]:
        """What happens in this piece of audio, in order."""
        audio = self._rest + pcm
        whole = len(audio) // (2 * _FRAME) * 2 * _FRAME
        self._rest = audio[whole:]
        for at in range(0, whole, 2 * _FRAME):
            yield from self._frame(audio[at : at + 2 * _FRAME])

    def stop(self) -> Iterator[Happening]:
        """End the open stretch now, as a commit does."""
        if self.in_speech:
            yield Continued(self._rest)
            self._rest = b""
            yield from self._end(self.now_ms)

    def forget(self) -> None:
        """Drop the open stretch and the run-up, as clearing the buffer does."""
        self._rest = b""
        self._before.clear()
        self._window.clear()
        self._started_ms = None

    def _frame(self, frame: bytes) -> Iterator[Happening]:
        speech = self._is_speech(frame)
        self.now_ms += FRAME_MS
        if self._started_ms is None:
            self._before.append(frame)
            self._window.append(speech)
            if sum(self._window) >= _START_FRAMES:
                yield self._begin()
            return
        yield Continued(frame)
        if speech:
            self._last_speech_ms = self.now_ms
        silence = self.now_ms - self._last_speech_ms
        length = self.now_ms - self._started_ms
        enough = self._silence_ms
        if enough is not None and length > self._longest_ms / 2:
            enough = min(enough, _SHORT_PAUSE_MS)
        if enough is not None and silence >= enough:
            yield from self._end(self._last_speech_ms)
        elif length >= self._longest_ms:
            yield from self._end(self.now_ms)

    def _begin(self) -> Started:
        self._started_ms = max(0, self.now_ms - len(self._window) * FRAME_MS)
        self._last_speech_ms = self.now_ms
        pcm = b"".join(self._before)
        self._before.clear()
        return Started(self._started_ms, pcm)

    def _end(self, at_ms: int) -> Iterator[Happening]:
        self._started_ms = None
        self._window.clear()
        yield Stopped(at_ms)

    def _is_speech(self, frame: bytes) -> bool:
        level = _level(np.frombuffer(frame, "<i2"))
        heard = self._sounds_like_speech(frame)
        loud = level > max(_QUIETEST_SPEECH, self._floor * _OVER_FLOOR)
        if not self._floor:
            self._floor = min(level, _LOUDEST_FIRST_FLOOR)
        elif level < self._floor:
            self._floor += _FLOOR_FALL * (level - self._floor)
        else:
            self._floor *= _FLOOR_RISE_IN_SPEECH if heard else _FLOOR_RISE
        self._floor = max(self._floor, 1.0)
        return bool(heard and loud)


def _webrtc(mode: int) -> Callable[[bytes], bool]:
    """WebRTC's detector from the package that is installed; without one, loudness decides."""
    with suppress(ImportError):
        import webrtcvad

        detector = webrtcvad.Vad(mode)
        return lambda frame: bool(detector.is_speech(frame, SAMPLE_RATE))
    with suppress(ImportError):
        from pocketsphinx import Vad

        return Vad(mode=mode, sample_rate=SAMPLE_RATE, frame_length=FRAME_MS / 1000).is_speech
    return lambda frame: True


def _level(samples: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float32))))
