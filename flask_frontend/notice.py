"""The calm line above the page that says when a demo stands in for real speech or language."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FRESH_SECONDS = 10.0
UNKNOWN_SECONDS = 2.0

_ADD_A_KEY = "Add an OpenAI key to `.env` for a real one."
_HEARS = "speech is recognised on this computer by the small offline recogniser"
_SPEAKS = "spoken by the small offline voice of this computer"
_NOTICES = {
    frozenset({"stt", "llm", "tts"}): (
        f"Demo voice: nothing leaves this computer, and replies are scripted. {_ADD_A_KEY}"
    ),
    frozenset({"llm"}): (
        "Scripted replies: no language model is set, while listening and speaking use the "
        f"services you set. {_ADD_A_KEY}"
    ),
    frozenset({"stt", "llm"}): f"Demo: {_HEARS}, and replies are scripted. {_ADD_A_KEY}",
    frozenset({"llm", "tts"}): f"Demo: replies are scripted, and {_SPEAKS}. {_ADD_A_KEY}",
    frozenset({"stt", "tts"}): (
        "Demo voice: listening and speaking happen on this computer, and replies come from the "
        "language model you set."
    ),
    frozenset({"stt"}): f"Demo hearing: {_HEARS}.",
    frozenset({"tts"}): f"Demo voice: replies are {_SPEAKS}.",
}


def notice_text(offline: frozenset[str] | None) -> str | None:
    """What to tell people about services that are offline; None when there is nothing to tell."""
    return _NOTICES.get(offline) if offline else None


class DemoNotice:
    """The notice for this moment, asked for at most every ten seconds a process.

    While one thread asks, the others show what was known before: nobody waits twice.
    """

    def __init__(self, offline_services: Callable[[], frozenset[str] | None]) -> None:
        self._offline_services = offline_services
        self._asking = threading.Lock()
        self._offline: frozenset[str] | None = None
        self._good_until = 0.0

    def text(self) -> str | None:
        """The sentence to show, or None when all is real or nothing is known."""
        if time.monotonic() >= self._good_until and self._asking.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._asking.release()
        return notice_text(self._offline)

    def _ask(self) -> None:
        self._offline = self._offline_services()
        known = self._offline is not None
        self._good_until = time.monotonic() + (FRESH_SECONDS if known else UNKNOWN_SECONDS)
