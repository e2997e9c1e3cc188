"""A quick look at the windows of a voice: whether it seems to fall silent, for guesses alone.

A detector of voice says that speech ended when its probability has been low for some windows, and
the probability itself follows the sound by some 80 ms. The energy of the sound falls at once.
"""

from __future__ import annotations

import enum

import numpy as np
from livekit import rtc

SURE, LOW = 0.95, 0.35
"""Probability of voice below which a quiet window is no voice, and below which any window is none:
above LOW the detector takes its silence back."""
QUIET_SHARE = 0.1
"""A window with less than this share of the voice's own level is quiet."""
LEVEL_KEEPS = 0.95
"""How much of the voice's level is kept from one window to the next."""
TURN_SECONDS = 0.6
"""Silence after which speech is another turn's, for the count of wrong looks."""
MOST_SPARE = 2
"""Wrong looks that are saved up at most; each turn brings one."""


class Change(enum.Enum):
    """What the voice seems to do."""

    FALLS = enum.auto()
    RISES = enum.auto()


class Look:
    """Follows a voice from the beginning of speech to its end, window by window.

    Speech that goes on after a look said that it falls costs one wrong look. With none left it
    says nothing until the next turn, so there is at most one a turn on average.
    """

    def __init__(self) -> None:
        self._spare = 1
        self._ended_at = 0.0
        self._level = 0.0
        self.has_fallen = False

    def begins(self, at: float) -> None:
        """Speech begins, at so many seconds of the stream."""
        if self._ended_at and at - self._ended_at >= TURN_SECONDS:
            self._spare = min(self._spare + 1, MOST_SPARE)
        self._level = 0.0
        self.has_fallen = False

    def ends(self, at: float) -> None:
        """The detector says that speech has ended, at so many seconds of the stream."""
        self._ended_at = at
        self.has_fallen = False

    def window(self, probability: float, level: float) -> Change | None:
        """What the next window of speech changes; `level` is the RMS of its 16-bit samples."""
        quiet = level < QUIET_SHARE * self._level
        self._level = max(level, self._level * LEVEL_KEEPS)
        if self.has_fallen:
            return self._rises() if probability > LOW and not quiet else None
        is_low = probability < LOW or (quiet and probability < SURE)
        if not is_low or self._spare == 0:
            return None
        self.has_fallen = True
        return Change.FALLS

    def _rises(self) -> Change:
        self.has_fallen = False
        self._spare -= 1
        return Change.RISES


def level_of(sound: rtc.AudioFrame) -> float:
    """The root mean square of the sound's 16-bit samples."""
    samples = np.frombuffer(sound.data, dtype=np.int16).astype(np.float32)
    return float(np.sqrt(np.mean(samples * samples))) if len(samples) else 0.0
