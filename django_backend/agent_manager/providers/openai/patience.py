"""How long a service may take until it has begun to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from config.services import Service

USUAL_SECONDS = 6.0
"""What a service may take that has its model loaded, and what may pass between two bytes: with the
turn's own delay this stays under 8 s."""
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
        return min(USUAL_SECONDS, self.first_byte) if self.is_warm else self.first_byte

    def answered(self) -> None:
        """A request has begun to be answered."""
        self._answered_at, self._silent_since = self.clock(), None

    def stayed_silent(self) -> None:
        """A request has had its time, and nothing came."""
        if self._silent_since is None:
            self._silent_since = self.clock()


@cache
def patience_with(service: Service) -> Patience:
    """Returns the one that all sessions of the process share."""
    return Patience(service.first_byte)
