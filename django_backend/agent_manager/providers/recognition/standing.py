"""Words so far that stand still while the voice falls: likely the last ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

STILL_SECONDS = 0.08
"""For so long words so far have not changed when they are guessed on."""


class StandingWords:
    """Hands words so far to `guess`, once each time the voice falls, when they stand still."""

    def __init__(self, guess: Callable[[str], None]) -> None:
        self._guess = guess
        self._words = ""
        self._changed_at = 0.0
        self._falls = False
        self._timer: asyncio.TimerHandle | None = None

    def words(self, words: str) -> None:
        """These are the words so far, "" when they are settled."""
        if words != self._words:
            self._words = words
            self._changed_at = asyncio.get_running_loop().time()
            self._plan()

    def falls(self) -> None:
        """The voice seems to fall silent."""
        self._falls = True
        self._plan()

    def stops(self) -> None:
        """The voice goes on, or nobody listens any more: nothing is guessed."""
        self._falls = False
        self._plan()

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._falls and self._words:
            due = self._changed_at + STILL_SECONDS
            self._timer = asyncio.get_running_loop().call_at(due, self._stand)

    def _stand(self) -> None:
        self._timer = None
        self._falls = False
        self._guess(self._words)
