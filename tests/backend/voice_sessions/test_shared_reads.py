"""The logs of many sessions are read together as each would be alone."""

from __future__ import annotations

import random

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from fakes.visitors import ALICE
from voice_sessions import queries, shared_reads
from voice_sessions.actions import event_log, sessions
from voice_sessions.events import Speech
from voice_sessions.models import Event, Session, State
from voice_sessions.shared_reads import Wanted

pytestmark = pytest.mark.django_db
COUNT = 6


def _sessions() -> list[str]:
    ids = [f"session-{number}" for number in range(COUNT)]
    for number, session_id in enumerate(ids):
        Session.objects.create(
            id=session_id, visitor=ALICE, room=f"room-{number}", identity="ann", generation=1
        )
        sessions.activate(session_id, 1)
        for event in range(number * 2):
            message = Speech(role="user", event="speech_started", segment=f"u{event}")
            event_log.append(session_id, 1, message)
    return ids


def _numbers(events: list[Event] | Exception) -> list[tuple[str, int]]:
    assert isinstance(events, list)
    return [(event.session_id, event.seq) for event in events]


@pytest.mark.parametrize("seed", range(20))
def test_each_has_what_it_would_have_alone(seed: int) -> None:
    chance = random.Random(seed)
    ids = _sessions()
    Session.objects.filter(id=ids[3]).update(state=State.ENDED, end_reason="stopped")
    Event.objects.filter(session_id=ids[5], seq__in=(3, 4, 5, 6, 7)).delete()
    asked = [
        Wanted(chance.choice(ids), chance.randint(0, 9), chance.choice([None, 2, 7]), limit)
        for limit in (1, 2, 3, 4, 200) * 3
    ]
    together = shared_reads.events_after_each(asked)
    alone = [queries.events_after(*one) for one in asked]
    for found, expected, one in zip(together, alone, asked, strict=True):
        assert _numbers(found) == _numbers(expected)[: len(_numbers(found))], one
        assert bool(found) == bool(expected), one


def test_many_are_read_by_two_queries() -> None:
    asked = [Wanted(session_id, 0, None, 200) for session_id in _sessions()]
    with CaptureQueriesContext(
        connection,
    ) as done:
        assert all(shared_reads.events_after_each(asked))
    assert len(done) <= 2


def test_where_nothing_is_new_one_query_answers_all() -> None:
    asked = [Wanted(session_id, 1 + 2 * n, None, 200) for n, session_id in enumerate(_sessions())]
    with CaptureQueriesContext(connection) as done:
        assert not any(shared_reads.events_after_each(asked))
    assert len(done) == 1


def test_a_log_that_cannot_be_read_hurts_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = _sessions()
    read = queries.events_after

    def events_after(session_id: str, *rest: int) -> list[Event]:
        if session_id == ids[2]:
            raise ValueError
        return read(session_id, *rest)

    def fail(_: object) -> None:
        raise ValueError

    monkeypatch.setattr(queries, "events_after", events_after)
    monkeypatch.setattr(shared_reads, "_events_of_all", fail)
    found = shared_reads.events_after_each(
        [Wanted(session_id, 0, None, 200) for session_id in ids[1:4]]
    )
    assert isinstance(found[1], ValueError)
    assert found[0]
    assert found[2]


def test_a_database_that_is_away_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(shared_reads, "_events_of_all", away)
    with pytest.raises(DatabaseError):
        shared_reads.events_after_each([Wanted("session-0", 0, None, 200)])
