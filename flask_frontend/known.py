"""An answer of the backend that several pages share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from flask_frontend.backend_client import BackendTrouble

T = TypeVar("T")


class Known(Generic[T]):
    """One answer, asked for anew once it is older than so many `seconds`.

    While one thread asks, the others get what was known before; where nothing was, they wait for
    it. What was known goes on counting while the backend gives no answer.
    """

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asking = threading.Lock()
        self._told: tuple[T, ...] = ()
        self._good_until = 0.0

    def get(self) -> T:
        """Returns the answer; raises BackendTrouble where there never was one."""
        if self._is_due() and self._asking.acquire(blocking=not self._told):
            try:
                self._ask_anew()
            finally:
                self._asking.release()
        return self._told[0]

    def _is_due(self) -> bool:
        return time.monotonic() >= self._good_until

    def _ask_anew(self) -> None:
        """Asks, unless another thread has done so meanwhile."""
        if not self._is_due():
            return
        try:
            self._told = (self._ask(),)
        except BackendTrouble:
            if not self._told:
                raise
        else:
            self._good_until = time.monotonic() + self._seconds
