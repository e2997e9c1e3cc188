"""What the offline server tells of itself, and which other servers run beside it: asked seldom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx
from config import nearby
from config.services import Service
from django.conf import settings

T = TypeVar("T")
ANSWER_SECONDS = 1.0
FRESH_SECONDS = 1.0
NEARBY_SECONDS = 60.0


class Kept(Generic[T]):
    """What a slow question gave, for so many seconds.

    One thread asks at a time; the others get what was known before, or wait where nothing was.
    """

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asking = threading.Lock()
        self._known: list[T] = []
        self._good_until = 0.0

    def get(self) -> T:
        """The answer; whatever the question raises is the question's to catch."""
        if self._known and time.monotonic() < self._good_until:
            return self._known[0]
        if self._asking.acquire(blocking=not self._known):
            try:
                return self._fresh()
            finally:
                self._asking.release()
        return self._known[0]

    def forget(self) -> None:
        """Makes the next caller ask anew."""
        self._known, self._good_until = [], 0.0

    def _fresh(self) -> T:
        if not self._known or time.monotonic() >= self._good_until:
            self._known = [self._ask()]
            self._good_until = time.monotonic() + self._seconds
        return self._known[0]


def offline_service() -> Service | None:
    """The offline server, where at least one of the three services has no other."""
    return next((each for each in settings.SERVICES.values() if each.offline), None)


def _ask_local() -> dict[str, Any] | None:
    service = offline_service()
    if service is None:
        return None
    try:
        with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False) as client:
            found = client.get(f"{service.base_url}/local").raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return None
    return found if isinstance(found, dict) else None


class _Search:
    """Which language servers run on this computer, looked for in a thread of its own."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._found: list[nearby.Nearby] = []
        self._next_at = 0.0

    def found(self) -> list[nearby.Nearby]:
        """What the last search found; the next one begins where that is a minute old."""
        with self._starting:
            if time.monotonic() >= self._next_at:
                self._next_at = time.monotonic() + NEARBY_SECONDS
                threading.Thread(target=self._look, name="nearby", daemon=True).start()
            return self._found

    def forget(self) -> None:
        """Begins anew with the next question."""
        self._found, self._next_at = [], 0.0

    def _look(self) -> None:
        self._found = nearby.running(exclude_ports=_own_ports())


def _own_ports() -> set[int]:
    urls = [service.base_url for service in settings.SERVICES.values()]
    ports = {urlsplit(url).port for url in urls}
    return {port for port in ports if port} | {settings.BACKEND_PORT}


local: Kept[dict[str, Any] | None] = Kept(_ask_local, FRESH_SECONDS)
"""What `GET /v1/local` of the offline server answers, None where it gives no answer."""
search = _Search()
