"""What was found out about a server and holds for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Learnt(Generic[K, V]):
    """Keeps a value for each key and forgets it after `seconds`; at most `most` keys.

    The key that was set longest ago makes room for a new one.
    """

    def __init__(
        self, seconds: float, most: int = 64, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Returns what is known of the key, None where nothing is or it is too old."""
        value, until = self._kept.get(key, (None, 0.0))
        return value if self._clock() < until else None

    def keep(self, key: K, value: V, seconds: float | None = None) -> None:
        """Knows the value from now on, for the usual time or for so many seconds."""
        self._kept.pop(key, None)
        until = self._clock() + (self._seconds if seconds is None else seconds)
        self._kept[key] = (value, until)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, key: K) -> None:
        """Knows nothing of the key any more."""
        self._kept.pop(key, None)
