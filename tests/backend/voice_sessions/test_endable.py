"""Every session can be ended, whatever its agent has left behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from voice_sessions import queries, transcripts
from voice_sessions.actions import event_log, generations, sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.events import TEXT_LENGTH, Final, Speech
from voice_sessions.models import Event, Session, State

pytestmark = pytest.mark.django_db(transaction=True)
DEEP = json.loads("[" * 400 + "]" * 400)


@pytest.fixture
def session() -> Session:
    created, _ = sessions.start(NewSession("visitor", "room", "ada"))
    generations.claim(created.id, 1)
    sessions.activate(created.id, 1)
    return created


def words(text: Any = "fine", segment: Any = "s1", role: Any = "user") -> dict[str, Any]:
    return {"segment": segment, "role": role, "text": text}


LEFT_BEHIND: dict[str, list[Any]] = {
    "half of a pair": [words("hello \udc80 there")],
    "NUL": [words("hello \0 there")],
    "5 MB": [words("word " * 1_000_000)],
    "combining marks": [words("e" + "\u0301" * 300)],
    "only combining marks": [words("\u0301" * 5000)],
    "pictures": [words("\U0001f600" * 5000)],
    "a segment that is too long": [words(segment="s" * 100)],
    "a segment without a name": [words(segment="")],
    "a segment that is a number": [words(segment=7)],
    "a segment of halves": [words(segment="\udc80")],
    "a segment with NUL": [words(segment="a\0b")],
    "a role that nobody has": [words(role="system")],
    "words that are a number": [words(10**400)],
    "words that are nothing": [words(None)],
    "words that are deep": [words(DEEP)],
    "a list that is deep": DEEP,
    "no words at all": [{}],
    "no object": ["hello", 7, None],
    "one segment twice": [words("one"), words("two")],
    "one segment of both": [words("one"), words("two", role="agent")],
    "many": [words(segment=f"s{number}") for number in range(500)],
}


def leave(session: Session, progress: Any) -> None:
    """Leaves it behind as this database stores it; where it refuses, nothing is left."""
    text = json.dumps(progress)
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                f"UPDATE {Session._meta.db_table} SET progress = %s WHERE id = %s",
                [text, session.id],
            )
        except Exception:
            pytest.skip("this database refuses it")


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_a_session_ends_whatever_its_agent_left(session: Session, what: str) -> None:
    leave(session, LEFT_BEHIND[what])
    assert sessions.end(session.id, EndReason.STOPPED)
    assert sessions.finish(session.id)
    assert_over(session, EndReason.STOPPED)


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_a_session_gets_its_next_agent_whatever_the_last_one_left(
    session: Session, what: str
) -> None:
    leave(session, LEFT_BEHIND[what])
    successor = generations.replace(session.id, 1, lost=True)
    assert successor and successor.generation == 2
    assert successor.progress == []


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_whoever_left_what_no_reader_takes_is_still_served(session: Session, what: str) -> None:
    leave(session, LEFT_BEHIND[what])
    assert queries.visible_session("visitor", session.id).state == State.ACTIVE
    assert [found.id for found in queries.history("visitor")[0]] == [session.id]
    assert [found.id for found in queries.not_ended()] == [session.id]


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_an_agent_beats_whatever_it_has_heard(session: Session, what: str) -> None:
    told = [each for each in LEFT_BEHIND[what] if isinstance(each, dict)]
    generations.beat(session.id, 1, told)
    assert queries.beats(session.id, 1) == 2
    sessions.end(session.id, EndReason.STOPPED)
    sessions.finish(session.id)
    assert_over(session, EndReason.STOPPED)


@pytest.mark.parametrize("reason", ["", "no_reason"])
def test_a_session_without_a_known_reason_ends_as_failed(session: Session, reason: str) -> None:
    Session.objects.filter(id=session.id).update(state=State.ENDING, end_reason=reason)
    assert sessions.finish(session.id)
    assert_over(session, EndReason.AGENT_FAILED)


def test_a_session_whose_numbers_are_behind_its_events_ends(session: Session) -> None:
    event_log.append(session.id, 1, Speech(role="user", event="speech_started", segment="u1"))
    Session.objects.filter(id=session.id).update(last_seq=1)
    sessions.end(session.id, EndReason.STOPPED)
    assert sessions.finish(session.id)
    assert_over(session, EndReason.STOPPED)


def test_a_session_ends_where_its_last_event_is_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UnicodeEncodeError("utf-8", "\udc80", 0, 1, "surrogates not allowed")

    monkeypatch.setattr(event_log.Event.objects, "create", refuse, raising=False)
    monkeypatch.setattr(event_log, "_insert", refuse)
    sessions.end(session.id, EndReason.STOPPED)
    assert sessions.finish(session.id)
    assert Session.objects.get(id=session.id).state == State.ENDED


def test_words_are_kept_mended_and_a_title_is_made_of_them(session: Session) -> None:
    said = Final(role="user", text="a smile: \ud83d\ude00, a half: \udc80, none: \0.", segment="s1")
    event_log.append(session.id, 1, said)
    kept = "a smile: \U0001f600, a half: , none: ."
    assert Event.objects.get(session=session, type="final").payload["text"] == kept
    assert Session.objects.get(id=session.id).title == kept


def test_words_that_are_too_many_are_cut_where_everybody_sees_it(session: Session) -> None:
    event_log.append(session.id, 1, Final(role="user", text="word " * 1_000_000, segment="s1"))
    text = Event.objects.get(session=session, type="final").payload["text"]
    assert len(text) == TEXT_LENGTH
    assert text.startswith("word word") and text.endswith(" …")


def test_the_end_keeps_the_words_that_can_be_kept(session: Session) -> None:
    leave(session, [words(segment="s" * 100), words("These stay.", "s2"), words(role="nobody")])
    sessions.end(session.id, EndReason.STOPPED)
    sessions.finish(session.id)
    finals = Event.objects.filter(session=session, type="final")
    assert [event.payload["text"] for event in finals] == ["These stay."]


def assert_over(session: Session, reason: EndReason) -> None:
    """The session has ended and everybody can read it."""
    fresh = queries.visible_session("visitor", session.id)
    assert (fresh.state, fresh.end_reason) == (State.ENDED, reason)
    last = Event.objects.filter(session=session).order_by("seq").last()
    assert last is not None and last.type == "session_ended"
    assert (last.seq, last.payload["reason"]) == (fresh.last_seq, reason)
    transcripts.transcript("visitor", session.id)
    assert generations.beat(session.id, 1, []).standing is queries.Standing.LOST
