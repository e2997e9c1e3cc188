"""How often something is tried that does not succeed: less and less."""

from __future__ import annotations

from collections.abc import Collection

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


class Patience:
    """Counts failures in a row of each subject, and says when it may be tried again.

    The pause after a failure is 1 s, doubles with each one, and is 60 s at most. It knows no clock.
    """

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._due: dict[str, float] = {}

    def may_try(self, subject: str, now: float) -> bool:
        """Returns whether the pause after the last failure is over, if there was one."""
        return now >= self._due.get(subject, now)

    def failed(self, subject: str, now: float) -> int:
        """Counts a failure; returns how many there were in a row."""
        count = self._failures[subject] = self._failures.get(subject, 0) + 1
        self._due[subject] = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 1))
        return count

    def worked(self, subject: str) -> None:
        """Forgets its failures."""
        self._failures.pop(subject, None)
        self._due.pop(subject, None)

    def forget_all_but(self, subjects: Collection[str]) -> None:
        """Forgets the failures of what is not among these."""
        for gone in self._failures.keys() - set(subjects):
            self.worked(gone)
