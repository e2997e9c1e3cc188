"""The record's one door: contiguous numbers under concurrent writers, nothing after the end."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from voice_sessions import queries, transcripts
from voice_sessions.actions import event_log, generations, sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.events import ErrorEvent, Final, Speech, TurnTimes
from voice_sessions.limits import TooManySessions
from voice_sessions.models import Session
from wakeups import wake

pytestmark = pytest.mark.usefixtures("record")


def started(visitor: str = "v", room: str = "kitchen") -> Session:
    session, is_new = sessions.start(NewSession(visitor, room, "ann"))
    assert is_new
    sessions.activate(session.id, 1)
    return session


def trouble(number: int = 0) -> ErrorEvent:
    return ErrorEvent(code="test", message=f"Trouble {number}.", fatal=False)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What the jobs returned or raised; they run in threads that begin together."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def numbers(session: Session) -> list[int]:
    return list(session.events.order_by("seq").values_list("seq", flat=True))


def test_numbers_are_contiguous_under_concurrent_writers():
    session = started()

    def write() -> list[int]:
        return [event_log.append(session.id, 1, trouble(n)).seq for n in range(15)]

    written = at_once(*[write] * 6)
    assert all(isinstance(seqs, list) and seqs == sorted(seqs) for seqs in written)
    assert numbers(session) == list(range(1, 6 * 15 + 2))
    assert queries.progress(session.id).last_seq == 6 * 15 + 1


@pytest.mark.parametrize("seed", range(8))
def test_the_end_is_the_last_event_whoever_races(seed: int):
    chance = random.Random(seed)
    session = started()

    def write() -> int:
        for number in range(10):
            try:
                event_log.append(session.id, 1, trouble(number))
            except event_log.AppendRefused:
                return number
        return 10

    def end() -> list[bool]:
        threading.Event().wait(chance.random() / 20)
        reason = chance.choice([EndReason.STOPPED, EndReason.LEFT])
        return [sessions.end(session.id, reason), sessions.finish(session.id)]

    results = at_once(write, write, write, end, end)
    written = sum(results[:3])
    assert [sum(column) for column in zip(*results[3:], strict=True)] == [1, 1]
    assert numbers(session) == list(range(1, written + 3))
    assert session.events.order_by("seq").last().type == "session_ended"
    session.refresh_from_db()
    assert session.events.last().payload["reason"] == session.end_reason


def test_an_append_after_the_end_is_refused():
    session = started()
    sessions.end(session.id, EndReason.STOPPED)
    event_log.append(session.id, 1, trouble())
    sessions.finish(session.id)
    with pytest.raises(event_log.AppendRefused):
        event_log.append(session.id, 1, trouble())
    assert numbers(session) == [1, 2, 3]


def test_an_old_generation_is_refused():
    session = started()
    Session.objects.filter(id=session.id).update(generation=2)
    with pytest.raises(event_log.AppendRefused):
        event_log.append(session.id, 1, trouble())
    with pytest.raises(event_log.AppendRefused):
        sessions.activate(session.id, 1)
    assert event_log.append(session.id, 2, trouble()).seq == 2


def test_an_agent_that_was_not_told_of_its_start_may_ask_again():
    session, _ = sessions.start(NewSession("v", "kitchen", "ann"))
    first = sessions.activate(session.id, 1)
    assert sessions.activate(session.id, 1) == first
    assert numbers(session) == [1]


def test_a_session_that_ends_while_it_starts_never_becomes_active():
    session, _ = sessions.start(NewSession("v", "kitchen", "ann"))
    sessions.end(session.id, EndReason.STOPPED)
    with pytest.raises(event_log.AppendRefused):
        sessions.activate(session.id, 1)
    assert sessions.finish(session.id)
    assert [event.type for event in session.events.all()] == ["session_ended"]


def test_the_first_reason_wins():
    session = started()
    assert sessions.end(session.id, EndReason.IDLE)
    assert not sessions.end(session.id, EndReason.STOPPED)
    assert sessions.finish(session.id)
    assert not sessions.finish(session.id)
    session.refresh_from_db()
    assert session.end_reason == EndReason.IDLE


def test_of_many_who_start_one_room_one_creates_it():
    results = at_once(*[lambda: sessions.start(NewSession("v", "kitchen", "ann"))] * 6)
    assert sorted(is_new for _, is_new in results) == [False] * 5 + [True]
    assert len({session.id for session, _ in results}) == 1


def test_limits_hold_for_many_who_start_at_once(settings):
    settings.MAX_SESSIONS = 3
    jobs = [lambda n=n: sessions.start(NewSession(f"v{n}", "kitchen", "ann")) for n in range(6)]
    results = at_once(*jobs)
    assert sum(isinstance(result, TooManySessions) for result in results) == 3
    assert Session.objects.count() == 3


def test_the_limit_of_an_address_holds_for_many_who_start_at_once(settings):
    settings.MAX_SESSIONS_PER_ADDRESS = 3
    jobs = [
        lambda n=n: sessions.start(NewSession(f"v{n}", "kitchen", "ann", address="here"))
        for n in range(6)
    ]
    results = at_once(*jobs)
    assert sum(isinstance(result, TooManySessions) for result in results) == 3
    assert Session.objects.filter(address="here").count() == 3


@pytest.mark.parametrize("after", [1, 2])
def test_who_races_for_the_last_seat_of_their_own_room_gets_the_session(settings, after: int):
    settings.MAX_SESSIONS = 1
    asked = itertools.count(1)
    racers: list[tuple[Session, bool]] = []

    def race(execute: Callable[..., Any], *statement: Any) -> Any:
        result = execute(*statement)
        if next(asked) == after:
            racers.extend(at_once(lambda: sessions.start(NewSession("v", "kitchen", "ann"))))
        return result

    with connection.execute_wrapper(race):
        session, is_new = sessions.start(NewSession("v", "kitchen", "ann"))
    ((theirs, was_new),) = racers
    assert (session.id, is_new, was_new) == (theirs.id, False, True)


def test_nothing_is_announced_that_was_not_stored(monkeypatch: pytest.MonkeyPatch):
    announced: list[Any] = []
    monkeypatch.setattr(wake, "_send", lambda group, message: announced.append(message))
    session = started()
    announced.clear()
    with pytest.raises(RuntimeError), transaction.atomic():
        event_log.append(session.id, 1, trouble())
        raise RuntimeError
    assert announced == []
    assert numbers(session) == [1]
    event_log.append(session.id, 1, trouble())
    assert announced == [{"type": "event.stored", "seq": 2}]


def test_a_final_has_the_order_of_its_first_sound_and_titles_the_session():
    session = started()
    event_log.append(session.id, 1, Speech(role="agent", event="speech_started", segment="a"))
    event_log.append(session.id, 1, Speech(role="user", event="speech_started", segment="u"))
    event_log.append(session.id, 1, Final(role="user", text=" Wait! ", segment="u"))
    late = event_log.append(
        session.id, 1, Final(role="agent", text="I was", segment="a", interrupted=True)
    )
    unheard = event_log.append(session.id, 1, Final(role="user", text="Typed.", segment="t"))
    assert (late.payload["order"], late.seq) == (2, 5)
    assert unheard.payload["order"] == unheard.seq
    session.refresh_from_db()
    assert session.title == "Wait!"


def test_a_segment_is_settled_once():
    session = started()
    event_log.append(session.id, 1, Final(role="user", text="One.", segment="u"))
    with pytest.raises(IntegrityError):
        event_log.append(session.id, 1, Final(role="user", text="Two.", segment="u"))
    assert numbers(session) == [1, 2]
    assert event_log.append(session.id, 1, trouble()).seq == 3


def test_words_with_a_nul_are_stored_without_it():
    session = started()
    generations.beat(session.id, 1, [{"segment": "a", "role": "agent", "text": "Hel\0lo"}])
    event = event_log.append(session.id, 1, Final(role="user", text="O\0ne.", segment="u"))
    assert event.payload["text"] == "One."
    assert Session.objects.get(id=session.id).progress[0]["text"] == "Hello"


def test_what_a_reply_took_is_stored_once():
    session = started()
    event_log.append(session.id, 1, TurnTimes(segment="a", wait_ms=900, heard_ms=900))
    with pytest.raises(IntegrityError):
        event_log.append(session.id, 1, TurnTimes(segment="a", wait_ms=1900))
    told = session.events.get(type="turn_times")
    assert (told.segment, told.payload["wait_ms"]) == ("a", 900)


def test_what_was_asked_last_is_known_to_an_agent_that_takes_over():
    session = started()
    assert transcripts.last_asked(session.id) is None
    for segment in ("u1", "u2"):
        for event in transcripts.SPEECH:
            event_log.append(session.id, 1, Speech(role="user", event=event, segment=segment))
        event_log.append(session.id, 1, Final(role="user", text="Hello?", segment=segment))
    asked = transcripts.last_asked(session.id)
    ended = session.events.get(type="speech_ended", segment="u2")
    assert asked == transcripts.Asked("u2", ended.at)
