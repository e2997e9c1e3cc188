"""What workers report about themselves, and whether one of them has room for a session.

Ages are taken by the database's clock, so that the clocks of hosts need not agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count, Subquery, Value
from django.db.models.functions import Now

from voice_sessions.models import Session, State, Worker

SEEN_WITHIN = timedelta(seconds=5)
FORGOTTEN_AFTER = timedelta(minutes=1)


def report(worker: Worker) -> None:
    """Stores what a worker reports about itself, as of now."""
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
    """Deletes a worker, and those that have not been heard of for a minute."""
    Worker.objects.filter(id=worker_id).delete()
    Worker.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()


@dataclass(frozen=True)
class Seats:
    """How many sessions there may be, and how many more; `workers` is None where there are none.

    Without workers the sessions are inside the backends.
    """

    all: int
    free: int
    workers: int | None = None


def seats() -> Seats:
    """Returns the workers that have been heard of lately, and the seats that they have."""
    rows = _rows()
    return Seats(sum(row[0] for row in rows), max(0, _free(rows)), len(rows))


def free_seats() -> int:
    """Returns how many more sessions the workers have seats for, in one query."""
    return _free(_rows())


def _rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*_seats_question())
        return cursor.fetchall()


def _free(rows: list[tuple[Any, ...]]) -> int:
    """Returns how many seats are free.

    A worker that takes nothing new has as many seats as it holds sessions. A session that has just
    ended may still hold its seat: there are never more free ones than workers say.
    """
    taken = (rows[0][-1] or 0) if rows else 0
    offered = idle = 0
    for seats, held, is_draining, is_loaded, _ in rows:
        is_open = not (is_draining or is_loaded)
        offered += seats if is_open else held
        idle += seats - held if is_open else 0
    return min(offered - taken, idle)


@cache
def _seats_question() -> tuple[str, tuple[Any, ...]]:
    """Returns SQL and its parameters: the workers heard of lately, each with all sessions' number.

    It is built once: whoever is refused would wait longer for that than for the answer.
    """
    live = Session.objects.exclude(state=State.ENDED).order_by().values(all=Value(1))
    count = live.annotate(number=Count("pk")).values("number")
    alive = Worker.objects.filter(seen_at__gte=Now() - SEEN_WITHIN)
    fields = ("seats", "sessions", "is_draining", "is_loaded", "taken")
    query = alive.annotate(taken=Subquery(count)).values_list(*fields).query
    return query.sql_with_params()
