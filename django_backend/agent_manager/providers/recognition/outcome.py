"""What became of what a person said: still out, words, or none."""

from __future__ import annotations

import time
from collections.abc import Callable


class Outcome:
    """Keeps for one session what recognition has made of the speech that was heard last."""

    FRESH_SECONDS = 15.0
    """Voice without words is of this turn for so long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting = 0
        self._wordless: list[tuple[float, float]] = []

    @property
    def is_waiting(self) -> bool:
        """Whether the recogniser owes an answer."""
        return self._waiting > 0

    @property
    def wordless_voice(self) -> float:
        """The seconds of voice, since the last words, that gave none."""
        since = self._clock() - self.FRESH_SECONDS
        return sum(voice for at, voice in self._wordless if at > since)

    def asked(self) -> None:
        """Speech is on its way to the recogniser."""
        self._waiting += 1

    def answered(self) -> None:
        """The recogniser has answered, or will not any more."""
        self._waiting = max(0, self._waiting - 1)

    def words(self) -> None:
        """Words were recognised."""
        self._wordless.clear()

    def no_words(self, voice: float) -> None:
        """The recogniser answered without words to so many seconds of voice."""
        self._wordless = [*self._wordless[-99:], (self._clock(), voice)]

    def told(self) -> None:
        """The person knows that what they said gave no words, or why."""
        self._wordless.clear()
