"""The latest sound of which no words are settled, for whoever is to hear it again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from livekit import rtc

MOST_SECONDS = 30.0
"""Of sound that is kept, the latest: what is older has long been silence, or given up."""


class Unsettled:
    """Keeps sound until its words are settled."""

    def __init__(self) -> None:
        self._frames: deque[rtc.AudioFrame] = deque()
        self._seconds = 0.0

    def __iter__(self) -> Iterator[rtc.AudioFrame]:
        return iter(list(self._frames))

    def push(self, frame: rtc.AudioFrame) -> None:
        """Takes what was heard."""
        self._frames.append(frame)
        self._seconds += frame.duration
        while self._seconds > MOST_SECONDS:
            self._seconds -= self._frames.popleft().duration

    def settled(self) -> None:
        """There are words for all of it."""
        self._frames.clear()
        self._seconds = 0.0
