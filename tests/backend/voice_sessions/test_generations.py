"""Which agent has a session: claims, beats, moves and successors, and what the record keeps."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from voice_sessions import queries
from voice_sessions.actions import event_log, generations, sessions
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.events import ErrorEvent, Final, Speech
from voice_sessions.models import Event, Session, State
from voice_sessions.queries import Standing

pytestmark = pytest.mark.django_db
HELLO = [{"segment": "s1", "role": "agent", "text": "Hello, I am"}]


@pytest.fixture
def session() -> Session:
    created, _ = sessions.start(NewSession("visitor", "room", "ada"))
    generations.claim(created.id, 1)
    sessions.activate(created.id, 1)
    return created


def told(session: Session) -> list[tuple[str, str]]:
    events = Event.objects.filter(session=session).order_by("seq")
    return [(event.type, event.payload.get("text", "")) for event in events]


def test_one_agent_claims_a_generation() -> None:
    session, _ = sessions.start(NewSession("visitor", "room", "ada"))
    generations.claim(session.id, 1)
    for generation in (1, 2):
        with pytest.raises(AppendRefused):
            generations.claim(session.id, generation)


def test_nobody_claims_a_session_that_is_ending(session: Session) -> None:
    sessions.end(session.id, EndReason.STOPPED)
    Session.objects.filter(id=session.id).update(beats=0)
    with pytest.raises(AppendRefused):
        generations.claim(session.id, 1)


def test_a_beat_tells_what_to_do(session: Session) -> None:
    assert generations.beat(session.id, 1, []).standing is Standing.HELD
    assert generations.move(session.id, 1)
    assert generations.beat(session.id, 1, []).standing is Standing.MOVING
    sessions.end(session.id, EndReason.STOPPED)
    assert generations.beat(session.id, 1, []).standing is Standing.ENDING
    sessions.finish(session.id)
    assert generations.beat(session.id, 1, []).standing is Standing.LOST


def test_a_successor_fences_the_agent_before(session: Session) -> None:
    successor = generations.replace(session.id, 1, lost=True)
    assert successor is not None
    assert (successor.generation, successor.beats, successor.recoveries) == (2, 0, 1)
    assert generations.beat(session.id, 1, HELLO).standing is Standing.LOST
    with pytest.raises(AppendRefused):
        event_log.append(session.id, 1, Speech(role="user", event="speech_started", segment="x"))
    generations.claim(session.id, 2)
    assert Session.objects.get(id=session.id).progress == []


def test_an_agent_that_was_succeeded_ends_nothing(session: Session) -> None:
    generations.replace(session.id, 1, lost=True)
    assert not sessions.end(session.id, EndReason.IDLE, 1)
    assert Session.objects.get(id=session.id).state == State.ACTIVE
    assert queries.standing(session.id, 1) is Standing.LOST
    assert sessions.end(session.id, EndReason.IDLE, 2)


def test_an_error_is_stored_once_however_often_it_is_sent(session: Session) -> None:
    slow = ErrorEvent(code="reply_slow", message="It takes long.", fatal=False)
    event_log.append(session.id, 1, slow, "first")
    with pytest.raises(IntegrityError), transaction.atomic():
        event_log.append(session.id, 1, slow, "first")
    event_log.append(session.id, 1, slow, "second")
    assert told(session).count(("error", "")) == 2


def test_a_session_fails_once_and_only_while_it_goes_on(session: Session) -> None:
    for _ in range(2):
        sessions.fail(session.id, 1, "record_unavailable", "It had to end.")
    assert told(session) == [("session_started", ""), ("error", "")]
    assert Session.objects.get(id=session.id).end_reason == EndReason.AGENT_FAILED


def test_a_session_that_was_stopped_does_not_fail_afterwards(session: Session) -> None:
    sessions.end(session.id, EndReason.STOPPED)
    sessions.fail(session.id, 1, "record_unavailable", "It had to end.")
    sessions.finish(session.id)
    assert told(session) == [("session_started", ""), ("session_ended", "")]


def test_of_two_successors_one_comes(session: Session) -> None:
    assert generations.replace(session.id, 1, lost=True)
    assert generations.replace(session.id, 1, lost=True) is None
    assert told(session).count(("error", "")) == 1


def test_a_move_is_not_a_loss(session: Session) -> None:
    generations.move(session.id, 1)
    successor = generations.replace(session.id, 1, lost=False)
    assert successor is not None
    assert (successor.recoveries, successor.is_moving) == (0, False)
    assert told(session) == [("session_started", "")]


def test_the_words_of_a_lost_agent_are_settled_as_interrupted(session: Session) -> None:
    event_log.append(session.id, 1, Speech(role="agent", event="speech_started", segment="s1"))
    generations.beat(session.id, 1, HELLO)
    generations.replace(session.id, 1, lost=True)
    assert told(session)[1:] == [
        ("speech_started", ""),
        ("speech_ended", ""),
        ("final", "Hello, I am"),
        ("error", ""),
    ]
    final = Event.objects.get(session=session, type="final").payload
    assert (final["interrupted"], final["order"]) == (True, 2)


def test_words_that_were_settled_are_not_settled_again(session: Session) -> None:
    event_log.append(session.id, 1, Speech(role="agent", event="speech_started", segment="s1"))
    generations.beat(session.id, 1, HELLO)
    event_log.append(session.id, 1, Speech(role="agent", event="speech_ended", segment="s1"))
    event_log.append(session.id, 1, Final(role="agent", text="Hello, I am here.", segment="s1"))
    generations.replace(session.id, 1, lost=True)
    assert [text for type_, text in told(session) if type_ == "final"] == ["Hello, I am here."]


def test_speech_without_words_is_closed_too(session: Session) -> None:
    event_log.append(session.id, 1, Speech(role="user", event="speech_started", segment="u1"))
    sessions.end(session.id, EndReason.AGENT_FAILED)
    sessions.finish(session.id)
    assert [type_ for type_, _ in told(session)][1:] == [
        "speech_started",
        "speech_ended",
        "session_ended",
    ]
    assert Session.objects.get(id=session.id).state == State.ENDED


def test_a_person_is_never_interrupted_by_the_loss_of_an_agent(session: Session) -> None:
    generations.beat(session.id, 1, [{"segment": "u1", "role": "user", "text": "What time"}])
    generations.replace(session.id, 1, lost=True)
    final = Event.objects.get(session=session, type="final").payload
    assert final["text"] == "What time" and "interrupted" not in final
