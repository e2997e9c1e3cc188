"""How much of a steady tone was silence, on the samples that a person heard."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from support.speech import SPEECH_LEVEL

FRAME_SECONDS = 0.02


@dataclass(frozen=True)
class Heard:
    """A tone as it was heard: how many of its frames of 20 ms were there, and how many silent."""

    frames: int
    silent: int

    def __add__(self, other: Heard) -> Heard:
        return Heard(self.frames + other.frames, self.silent + other.silent)

    @property
    def share(self) -> float:
        """The share of silent frames, from 0 to 1."""
        return self.silent / self.frames

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return self.frames * FRAME_SECONDS


def heard(levels: Sequence[float], seconds: float) -> Heard:
    """What was heard of a tone of that length, by the levels of pieces of 10 ms.

    Silence counts from the first sound to the last, and so does what is missing at the end.
    """
    frames = [level > SPEECH_LEVEL for level in _frames(levels)]
    loud = sum(frames)
    wanted = round(seconds / FRAME_SECONDS)
    if not loud:
        return Heard(wanted, wanted)
    first, last = frames.index(True), len(frames) - frames[::-1].index(True)
    count = max(last - first, wanted)
    return Heard(count, count - loud)


def _frames(levels: Iterable[float]) -> list[float]:
    """Levels of 20 ms from those of 10 ms; one that is left over is left out."""
    pairs = itertools.zip_longest(*[iter(levels)] * 2)
    return [math.hypot(a, b) / math.sqrt(2) for a, b in pairs if b is not None]
