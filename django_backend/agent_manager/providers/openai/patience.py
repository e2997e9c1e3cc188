"""How long a service may take until it has begun to answer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from config.services import Service

USUAL_SECONDS = 6.0
"""What a service may take that has its model loaded, and what may pass between two bytes: with the
turn's own delay this stays under 8 s."""
SLOWER_THAN_LATELY = 2.0
"""By which factor a service that is always slow may be slower than it was lately."""
LATELY = 4
"""Of how many answers that is told."""
WARM_SECONDS = 240.0
"""For how long a model stays loaded that nobody asks; Ollama's own default is 5 minutes."""
DOUBT_SECONDS = 15.0
"""How long a service that was warm may stay silent before it counts as one that loads again."""


@dataclass
class Patience:
    """What one service is given, by when it last answered; times in seconds of `clock`."""

    first_byte: float
    clock: Callable[[], float] = time.monotonic
    _answered_at: float | None = field(default=None, init=False)
    _silent_since: float | None = field(default=None, init=False)
    _took: deque[float] = field(default_factory=lambda: deque(maxlen=LATELY), init=False)
    _was_loaded: bool = field(default=False, init=False)
    _is_woken: bool = field(default=False, init=False)

    @property
    def is_warm(self) -> bool:
        """Whether its model is taken to be loaded."""
        now = self.clock()
        if self._answered_at is None or now - self._answered_at > WARM_SECONDS:
            return False
        return self._silent_since is None or now - self._silent_since <= DOUBT_SECONDS

    @property
    def seconds(self) -> float:
        """How long the next request may take to its first byte."""
        if not self.is_warm:
            return self.first_byte
        usual = max(USUAL_SECONDS, SLOWER_THAN_LATELY * max(self._took, default=0.0))
        return min(usual, self.first_byte)

    def answered(self, took: float) -> None:
        """A request has begun to be answered after so many seconds.

        The first of them may have been for loading: they count until there is another answer.
        """
        if self._was_loaded or not self.is_warm:
            self._took.clear()
        self._was_loaded = not self.is_warm
        self._took.append(took)
        self._answered_at, self._silent_since = self.clock(), None
        self._is_woken = False

    def may_wake(self) -> bool:
        """Whether a request may have the model loaded; that is so once while it is cold."""
        may = not self.is_warm and not self._is_woken
        self._is_woken = self._is_woken or may
        return may

    def stayed_silent(self) -> None:
        """A request has had its time, and nothing came."""
        if self._silent_since is None:
            self._silent_since = self.clock()


@cache
def patience_with(service: Service) -> Patience:
    """Returns the one that all sessions of the process share."""
    return Patience(service.first_byte)
