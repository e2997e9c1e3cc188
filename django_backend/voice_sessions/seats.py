"""Whether a seat is taken: in all, and by one address; and how starts count them in turn."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from . import workers
from .models import LIVE_STATES, Session, State

START_LOCK = 20_718
"""The key under which PostgreSQL lets one start at a time count what is taken."""


def all_taken() -> bool:
    """Whether there is no seat for one more session of anybody."""
    if settings.AGENT_RUNTIME == "dispatch":
        return workers.free_seats() <= 0
    return Session.objects.exclude(state=State.ENDED).count() >= settings.MAX_SESSIONS


def taken_by(address: str) -> bool:
    """Whether that address has all the sessions that it may have; none is not limited."""
    if not address:
        return False
    live = Session.objects.filter(address=address, state__in=LIVE_STATES)
    return live.count() >= settings.MAX_SESSIONS_PER_ADDRESS


def one_start_at_a_time() -> None:
    """SQLite has one writer anyway; PostgreSQL would let two starts take the last seat."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [START_LOCK])
