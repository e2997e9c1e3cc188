"""What was said in a session: its settled words in order, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, cast

from common.text import mend

from .events import Role, timestamp
from .models import Event, Session, State
from .queries import session, visible_session

SPEECH = ("speech_started", "speech_ended")
MOST_CONTINUED = 5


class Entry(TypedDict):
    """Settled words of one turn; `order` and `seq` are numbers of events, `at` is RFC 3339."""

    seq: int
    order: int
    segment: str
    role: Role
    text: str
    at: str
    interrupted: bool


class LocalLanguage(TypedDict):
    """Who replied from an event on: the local model, or the script and why."""

    seq: int
    by: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """The last thing that a person said: its segment, and when it was known to be over."""

    segment: str
    ended_at: datetime


@dataclass(frozen=True)
class Transcript:
    """A session as of one number: its settled words in order, and who is speaking.

    `local_language` says who replied where the language was offline, and `turn_times` is what each
    reply took, oldest first.
    """

    session: Session
    entries: list[Entry]
    speaking: list[str]
    local_language: list[LocalLanguage]
    turn_times: list[dict[str, Any]]


def transcript(visitor: str, session_id: str) -> Transcript:
    """Returns the session's settled words as of its `last_seq`, in order, and who is speaking.

    Raises Session.DoesNotExist like visible_session. The log is append-only, so the events up to
    the number that was read with the session are one snapshot without a transaction, which on
    SQLite would have to wait for writers.
    """
    session = visible_session(visitor, session_id)
    events = session.events.filter(seq__lte=session.last_seq)
    speech = events.filter(type__in=SPEECH).order_by("seq").values_list("role", "type")
    told = [_told(event) for event in events.filter(type="local_language").order_by("seq")]
    times = [event.message for event in events.filter(type="turn_times").order_by("seq")]
    return Transcript(session, entries(session), _speaking(session, speech), told, times)


def entries(session: Session) -> list[Entry]:
    """Returns the settled words as of the session's `last_seq`, in the order they were said."""
    events = session.events.filter(seq__lte=session.last_seq)
    begun = dict(events.filter(type="speech_started").values_list("seq", "at"))
    unsorted = [_entry(event, begun) for event in events.filter(type="final")]
    return sorted(unsorted, key=lambda entry: (entry["order"], entry["seq"]))


def words_of(session_id: str) -> list[Entry]:
    """Returns a session's settled words, for an agent that takes over."""
    return entries(session(session_id))


def words_before(session_id: str) -> list[Entry]:
    """Returns what was said in the sessions that this one continues, oldest first.

    It goes back over five sessions at most; what their visitor erased is not among it.
    """
    earlier: list[Session] = []
    found = session(session_id).continues_id
    while found and len(earlier) < MOST_CONTINUED:
        earlier.append(session(found))
        found = earlier[-1].continues_id
    return [entry for each in reversed(earlier) for entry in entries(each)]


def last_asked(session_id: str) -> Asked | None:
    """Returns the last thing that the session's person said; None where they said nothing."""
    theirs = Event.objects.filter(session_id=session_id, role="user").order_by("-seq")
    final = theirs.filter(type="final").first()
    if final is None:
        return None
    ended = theirs.filter(type="speech_ended", segment=final.segment).first() or final
    return Asked(final.segment, ended.at)


def _entry(event: Event, begun: Mapping[int, datetime]) -> Entry:
    order = event.payload["order"]
    return Entry(
        seq=event.seq,
        order=order,
        segment=event.segment,
        role=cast(Role, event.role),
        text=mend(event.payload["text"]),
        at=timestamp(begun.get(order, event.at)),
        interrupted=event.payload.get("interrupted", False),
    )


def _told(event: Event) -> LocalLanguage:
    return LocalLanguage(
        seq=event.seq, by=event.payload["by"], reason=event.payload.get("reason", "")
    )


def _speaking(session: Session, speech: Iterable[tuple[str, str]]) -> list[str]:
    if session.state == State.ENDED:
        return []
    latest = dict(speech)
    return [role for role in ("user", "agent") if latest.get(role) == "speech_started"]
