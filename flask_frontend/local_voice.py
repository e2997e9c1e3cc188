"""What the backend tells of the local voice, asked for seldom, and what the pages show of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask_frontend import local_words
from flask_frontend.languages.saying import say
from flask_frontend.local_words import HeadRow, Row, Told
from flask_frontend.notice import notice_of, where_of

FRESH_SECONDS = 1.0
SETTLED_SECONDS = 10.0
UNKNOWN_SECONDS = 2.0
SOON, LATER, UNKNOWN, NEVER = 2, 15, 10, 0
"""Seconds after which a page asks again; 0 where there is nothing to ask."""

NO_MODEL_AT_ALL = ("no_avx2", "no_wheel", "bits", "cores")
"""Reasons for which no file of a model would run either."""


@dataclass(frozen=True)
class Shown:
    """What the page behind the notice shows; rows of services that are not local are None.

    `takes_a_file` says whether a language model could run here, so that another one is a choice.
    """

    place: str
    lead: str
    problem: str
    ears: Row | None
    voice: Row | None
    head: HeadRow | None
    takes_a_file: bool
    language: str
    nearby: list[dict[str, str]]


class KnownLocalVoice:
    """What the backend tells at this moment, asked for at most once a second by a process.

    While one thread asks, the others get what was known before: nobody waits twice.
    """

    def __init__(self, ask: Callable[[], Told | None]) -> None:
        self._ask_backend = ask
        self._asking = threading.Lock()
        self._told: Told | None = None
        self._good_until = 0.0

    def told(self) -> Told | None:
        """The backend's answer, None while nothing is known."""
        if time.monotonic() >= self._good_until and self._asking.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._asking.release()
        return self._told

    def _ask(self) -> None:
        self._told = self._ask_backend()
        seconds = UNKNOWN_SECONDS
        if self._told is not None:
            seconds = FRESH_SECONDS if self._told["offline"] else SETTLED_SECONDS
        self._good_until = time.monotonic() + seconds


def asks_again(told: Told | None) -> int:
    """The seconds after which a page that shows this asks again, 0 for never."""
    if told is None:
        return UNKNOWN
    if not told["offline"]:
        return NEVER
    head = told.get("head")
    return SOON if head and head["state"] in local_words.MOVING else LATER


def live(told: Told | None, host: str) -> dict[str, Any]:
    """What changes on pages that are open: the notice, the model's row, and when to ask again."""
    place = local_words.place_of(host)
    notice = notice_of(told, place)
    head = local_words.head_row(told.get("head")) if told and "llm" in told["offline"] else None
    return {
        "again": asks_again(told),
        "notice": asdict(notice) if notice else None,
        "head": asdict(head) if head else None,
    }


def shown(told: Told, host: str, address: str) -> Shown:
    """What the page behind the notice shows to somebody at this address who used this host name.

    Other servers that run on this computer are shown to those at it alone.
    """
    place, offline = local_words.place_of(host), told["offline"]
    is_here = place == local_words.COMPUTER and local_words.is_loopback(address)
    head = told.get("head") or {}
    return Shown(
        place=place,
        lead=where_of(told, place),
        problem=say("local-voice.page.silent") if told.get("problem") else "",
        ears=local_words.speech_row(told.get("ears")) if "stt" in offline else None,
        voice=local_words.speech_row(told.get("voice")) if "tts" in offline else None,
        head=local_words.head_row(told.get("head")) if "llm" in offline else None,
        takes_a_file=head.get("state") != "off" and head.get("reason") not in NO_MODEL_AT_ALL,
        language=local_words.other_language(told),
        nearby=list(told.get("nearby") or ()) if is_here else [],
    )
