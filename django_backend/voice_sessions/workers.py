"""What workers report about themselves, and whether one of them has room for a session.

Ages are taken by the database's clock, so that the clocks of hosts need not agree.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, Count, F, Max, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Now

from .models import Session, Worker

SEEN_WITHIN = timedelta(seconds=5)
FORGOTTEN_AFTER = timedelta(minutes=1)


def report(worker: Worker) -> None:
    """Stores what a worker says of itself, as of now."""
    fields = {
        "host": worker.host,
        "pid": worker.pid,
        "seats": worker.seats,
        "sessions": worker.sessions,
        "is_draining": worker.is_draining,
        "is_loaded": worker.is_loaded,
        "seen_at": Now(),
    }
    Worker.objects.update_or_create(id=worker.id, defaults=fields)


def leave(worker_id: str) -> None:
    """Takes a worker off, and those that have not been heard of for a minute."""
    Worker.objects.filter(id=worker_id).delete()
    Worker.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()


def free_seats(taken: QuerySet[Session]) -> int:
    """How many more sessions than these the workers have seats for, in one query.

    A worker that takes nothing new has as many seats as it holds sessions. A session that has just
    ended may still hold its seat: there are never more free ones than workers say.
    """
    closed = Case(
        When(is_draining=True, then=F("sessions")),
        When(is_loaded=True, then=F("sessions")),
        default=F("seats"),
    )
    count = taken.order_by().values(all=Value(1)).annotate(number=Count("pk")).values("number")
    alive = Worker.objects.filter(seen_at__gte=Now() - SEEN_WITHIN)
    found = alive.aggregate(
        offered=Sum(closed), idle=Sum(closed - F("sessions")), taken=Max(Subquery(count))
    )
    return min((found["offered"] or 0) - (found["taken"] or 0), found["idle"] or 0)
