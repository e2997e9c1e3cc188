"""How often one address may do something in a minute."""

from __future__ import annotations

import threading
import time
from collections import Counter

MINUTE = 60.0


class PerMinute:
    """`most` times a minute for each address group, in one process. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._begun = time.monotonic()

    def wait(self, group: str) -> float:
        """Returns 0.0 when it may be done, which counts; otherwise the seconds until it may."""
        with self._lock:
            now = time.monotonic()
            if now - self._begun >= MINUTE:
                self._counts.clear()
                self._begun = now
            if self._counts[group] >= self._most:
                return self._begun + MINUTE - now
            self._counts[group] += 1
            return 0.0
