"""Who may start a session: how many there may be in all, of one visitor and of one address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import connection

from .models import LIVE_STATES, Session, State
from .processes import workers
from .processes.workers import Seats

START_LOCK = 20_718
"""The key under which PostgreSQL lets one start at a time count what is taken."""
Scope = Literal["visitor", "address", "all"]


class TooManySessions(Exception):
    """A limit on sessions is reached: the visitor's, their address's, or that of all (`scope`)."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.scope: Scope = scope


@dataclass(frozen=True)
class Taken:
    """Whether all seats are taken, and all sessions that one address may have."""

    all_seats: bool
    all_of_address: bool

    def check(self, sessions_of_visitor: Iterable[Session]) -> None:
        """Raises TooManySessions when the visitor, who has these, may not have one more."""
        live = sum(session.state in LIVE_STATES for session in sessions_of_visitor)
        if live >= settings.MAX_SESSIONS_PER_VISITOR:
            raise TooManySessions("visitor")
        if self.all_of_address:
            raise TooManySessions("address")
        if self.all_seats:
            raise TooManySessions("all")


def check(visitor: str, address: str) -> None:
    """Raises TooManySessions where a start of the visitor's from there would now be refused."""
    taken(address).check(Session.objects.filter(visitor=visitor, state__in=LIVE_STATES))


def taken(address: str) -> Taken:
    """Returns what is taken now; an empty address has no limit."""
    return Taken(_all_seats_taken(), bool(address) and _all_taken_by(address))


def seats() -> Seats:
    """Returns how many sessions there may be here, and how many more can be started."""
    if settings.AGENT_RUNTIME == "dispatch":
        return workers.seats()
    return Seats(settings.MAX_SESSIONS, max(0, settings.MAX_SESSIONS - _not_ended()))


def one_start_at_a_time() -> None:
    """Has other starts wait for the current transaction's end, so that two never count at once.

    SQLite has one writer anyway; PostgreSQL would let two starts take the last seat.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [START_LOCK])


def _all_seats_taken() -> bool:
    if settings.AGENT_RUNTIME == "dispatch":
        return workers.free_seats() <= 0
    return _not_ended() >= settings.MAX_SESSIONS


def _not_ended() -> int:
    return Session.objects.exclude(state=State.ENDED).count()


def _all_taken_by(address: str) -> bool:
    live = Session.objects.filter(address=address, state__in=LIVE_STATES)
    return live.count() >= settings.MAX_SESSIONS_PER_ADDRESS
