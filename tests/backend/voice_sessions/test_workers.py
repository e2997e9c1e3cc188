"""Seats of workers, the lease of the one that supervises, and what starts find full."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from voice_sessions.actions import sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.limits import TooManySessions
from voice_sessions.models import Lease, Session, Worker
from voice_sessions.processes import leases, workers

pytestmark = pytest.mark.django_db


def worker(seats: int = 4, **fields: object) -> Worker:
    row = Worker(host="h", pid=1, seats=seats, **fields)
    workers.report(row)
    return row


def test_seats_are_those_of_workers_that_take_sessions() -> None:
    assert workers.free_seats() == 0
    worker(4)
    worker(8, sessions=3, is_draining=True)
    worker(2, sessions=1, is_loaded=True)
    for number in range(3 + 1):
        Session.objects.create(visitor="a", room=str(number), identity="ada")
    assert workers.free_seats() == 4
    Session.objects.create(visitor="a", room="on its way", identity="ada")
    assert workers.free_seats() == 3


def test_a_session_that_has_ended_holds_its_seat_until_its_agent_has_gone() -> None:
    leaving = worker(1, sessions=1)
    assert workers.free_seats() == 0
    leaving.sessions = 0
    workers.report(leaving)
    assert workers.free_seats() == 1


def test_what_moved_to_another_worker_takes_its_seat_there() -> None:
    worker(4, sessions=2, is_draining=True)
    worker(2, sessions=2)
    for number in range(2):
        Session.objects.create(visitor="a", room=str(number), identity="ada")
    assert workers.free_seats() == 0


def test_a_worker_that_is_silent_has_no_seats() -> None:
    silent = worker(4)
    Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=6))
    assert workers.free_seats() == 0
    workers.report(silent)
    assert workers.free_seats() == 4


def test_a_worker_that_leaves_takes_forgotten_ones_along() -> None:
    worker()
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    workers.leave(worker().id)
    assert not Worker.objects.exists()


def test_starts_find_no_seat(settings) -> None:  # type: ignore[no-untyped-def]
    settings.AGENT_RUNTIME = "dispatch"
    with pytest.raises(TooManySessions):
        sessions.start(NewSession("a", "room", "ada"))
    worker(1)
    sessions.start(NewSession("a", "room", "ada"))
    with pytest.raises(TooManySessions):
        sessions.start(NewSession("b", "room", "ben"))


def test_one_holds_the_lease() -> None:
    assert leases.hold("job", "first")
    assert leases.hold("job", "first")
    assert not leases.hold("job", "second")


def test_a_lease_that_expired_or_was_released_is_free() -> None:
    leases.hold("job", "first")
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert leases.hold("job", "second")
    leases.release("job", "first")
    assert not leases.hold("job", "first")
    leases.release("job", "second")
    assert leases.hold("job", "first")
