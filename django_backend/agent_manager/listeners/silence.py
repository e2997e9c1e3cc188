"""How long a person is left without an answer before the page says something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Patience:
    """Fires once when a person has stopped speaking and nothing has come back."""

    SECONDS = 6.5
    """With the delays around it, the page says something within 8 s."""
    SPEECH_WORTH_AN_ANSWER = 1.0
    """Seconds of voice from which no words at all deserve a message; less may be a noise."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report
        self._timer: asyncio.TimerHandle | None = None
        self._started_at = 0.0

    def speech_started(self) -> None:
        """The person speaks: nothing is due."""
        if self._timer is None:
            self._started_at = time.monotonic()
        self.cancel()

    def speech_ended(self) -> None:
        """The person ceased to speak: an answer is due."""
        self.cancel()
        spoke_for = time.monotonic() - self._started_at
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self.SECONDS, self._fire, spoke_for)

    def cancel(self) -> None:
        """The answer is there, or none is due any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self, spoke_for: float) -> None:
        self._timer = None
        self._report(spoke_for)
