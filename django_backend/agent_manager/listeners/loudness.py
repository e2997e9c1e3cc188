"""When a voice fell silent, told by its loudness: a detector of voice smooths, and is late."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

import numpy as np
from livekit import rtc

WINDOW_SECONDS = 0.01
"""What one loudness is of."""
KEPT_SECONDS = 3.0
"""How long the loudness of each window is remembered."""
MOST_LATE = 0.5
"""Seconds by which a detector of voice is late at most."""
SILENT_SHARE = 0.1
"""Of the loudest window: 20 dB below it is no voice any more."""


class Loudness:
    """How loud the person was lately, by when each window of it arrived at the agent."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, rtc.AudioFrame]] = deque()

    def take(self, frame: rtc.AudioFrame) -> None:
        """Hears a frame, whose last sample arrives now."""
        now = time.time()
        self._frames.append((now, frame))
        while self._frames[0][0] < now - KEPT_SECONDS:
            self._frames.popleft()

    def fell_silent_before(self, moment: float) -> float:
        """When it was last loud, where that is shortly before this moment, else this moment.

        Both are in seconds since 1970.
        """
        heard = [(at, level) for at, level in self._windows() if at <= moment]
        least = SILENT_SHARE * max((level for _at, level in heard), default=0.0)
        loud = [at for at, level in heard if level > least and at > moment - MOST_LATE]
        return loud[-1] if loud else moment

    def _windows(self) -> Iterator[tuple[float, float]]:
        """When each window ended, and how loud it was."""
        for now, frame in self._frames:
            levels = _levels(frame)
            for before_end, level in zip(range(len(levels) - 1, -1, -1), levels, strict=True):
                yield now - before_end * WINDOW_SECONDS, level


def _levels(frame: rtc.AudioFrame) -> list[float]:
    """The root mean square of each window of the frame; a rest that fills none is left out."""
    size = round(frame.sample_rate * WINDOW_SECONDS) * frame.num_channels
    samples = np.frombuffer(frame.data, dtype=np.int16).astype(np.float32)
    windows = samples[len(samples) % size :].reshape(-1, size)
    return [float(level) for level in np.sqrt(np.mean(windows * windows, axis=1))]
