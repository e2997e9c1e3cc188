"""The signals that ask this script to stop."""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType
from typing import Any

from scripts.problem import Interrupted

SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]
# make passes a signal on that this script may have got already; only a later one means: at once.
ECHO_SECONDS = 1.0


class Signals:
    """A context manager that notes signals; `is_hurried` after one that came later than the first.

    Nothing is interrupted where it is: whoever waits calls `check`.
    """

    def __init__(self) -> None:
        self._signum = 0
        self._asked_at = 0.0
        self._before: dict[int, Any] = {}
        self.is_hurried = False

    def check(self) -> None:
        """Raises Interrupted when somebody has asked to stop."""
        if self._signum:
            raise Interrupted(self._signum)

    def __enter__(self) -> Signals:
        self._before = {signum: signal.signal(signum, self._note) for signum in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for signum, handler in self._before.items():
            signal.signal(signum, handler)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        if not self._signum:
            self._signum, self._asked_at = signum, time.monotonic()
        elif time.monotonic() - self._asked_at > ECHO_SECONDS:
            self.is_hurried = True
