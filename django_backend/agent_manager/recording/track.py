"""One voice on the time line of a recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from voice_sessions.recordings.ogg import RATE

Samples = NDArray[np.int16]
TOLERANCE = round(0.2 * RATE)
"""Samples by which sound may seem late or early before it counts as new: loops have hiccups."""


class Track:
    """Sound where it was heard, silence elsewhere; places are samples since the recording began."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, Samples]] = []
        self._end: int | None = None
        self._taken = 0

    def put(self, place: int, samples: Samples) -> None:
        """Adds sound that began at about this place: what follows on is put without a gap."""
        if self._end is None or abs(place - self._end) > TOLERANCE:
            self._end = place
        self._runs.append((self._end, samples))
        self._end += len(samples)

    def cut(self, place: int) -> None:
        """Takes away what would have been heard after this place."""
        self._runs = [
            (at, samples[: max(place - at, 0)]) for at, samples in self._runs if at < place
        ]
        self._end = None

    def take(self, end: int) -> Samples:
        """Returns what was heard until this place, from where the last call ended.

        What comes later for that time is left out.
        """
        start, self._taken = self._taken, end
        taken = np.zeros(end - start, dtype=np.int16)
        for at, samples in self._runs:
            first, last = max(at, start), min(at + len(samples), end)
            if first < last:
                taken[first - start : last - start] = samples[first - at : last - at]
        self._runs = [(at, samples) for at, samples in self._runs if at + len(samples) > end]
        return taken
