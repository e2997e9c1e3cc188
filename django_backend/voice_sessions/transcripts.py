"""What was said in a session: its settled words in order, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, cast

from common.text import mend
from django.db.models import Q, QuerySet

from .events import Role, timestamp
from .models import Event, Session, State
from .queries import session, visible_session

SPEECH = ("speech_started", "speech_ended")
TOLD_ELSEWHERE = ("final", "local_language", "turn_times", *SPEECH)
"""What the answer about a session has under names of their own."""
MOST_CONTINUED = 5


class Entry(TypedDict):
    """Settled words of one turn; `order` and `seq` are numbers of events, times are RFC 3339.

    The voice that said them was noticed `at`, and `until` is when it was known to be silent; None
    for what was typed, or was said without a voice being noticed. A `filler` was said while a tool
    was waited for, and answers nothing.
    """

    seq: int
    order: int
    segment: str
    role: Role
    text: str
    at: str
    until: str | None
    interrupted: bool
    typed: bool
    filler: bool


class LocalLanguage(TypedDict):
    """Who replied from an event on: the local model, or the script and why."""

    seq: int
    by: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """The last thing that a person said: its segment, and when it was known to be over.

    What was typed was over when it was stored.
    """

    segment: str
    ended_at: datetime
    typed: bool = False


@dataclass(frozen=True)
class ToolUse:
    """A tool that an agent used: the number of its event, and the payload of its end, if it ended.

    What its settings call secret is hidden in `arguments` and in the summary of `ended`.
    """

    seq: int
    name: str
    arguments: Mapping[str, Any]
    ended: Mapping[str, Any] | None


@dataclass(frozen=True)
class Transcript:
    """A session as of one number: its settled words in order, and who is speaking.

    `local_language` says who replied where the language was offline, and `turn_times` is what each
    reply took, oldest first. `events` is what else the log has, as sockets get it: failures, the
    session's start and end, and speech of which no words came.
    """

    session: Session
    entries: list[Entry]
    speaking: list[str]
    local_language: list[LocalLanguage]
    turn_times: list[dict[str, Any]]
    events: list[dict[str, Any]]


@dataclass(frozen=True)
class Spans:
    """When voices were noticed, by the number of that event, and silent again, by segment."""

    begun: Mapping[int, datetime]
    ended: Mapping[str, datetime]


@dataclass(frozen=True)
class Summary:
    """What an agent noted of the first `lines` of what was said earlier; "" without any."""

    text: str = field(default="", repr=False)
    lines: int = 0


@dataclass(frozen=True)
class Earlier:
    """What was said in the sessions that a session continues, oldest first.

    `sessions` are their ids. `summary` is that of its own agent, and `others` the longest that
    agents of other sessions have of the same entries.
    """

    entries: list[Entry]
    sessions: list[str]
    summary: Summary = Summary()
    others: Summary = Summary()


def transcript(visitor: str, session_id: str) -> Transcript:
    """Returns the session's settled words as of its `last_seq`, in order, and who is speaking.

    Raises Session.DoesNotExist like visible_session.
    """
    return transcript_of(visible_session(visitor, session_id))


def transcript_of(session: Session) -> Transcript:
    """Returns the same of a session that was read already.

    The log is append-only, so the events up to the number that was read with the session are one
    snapshot without a transaction, which on SQLite would have to wait for writers.
    """
    events = _known(session)
    speech = events.filter(type__in=SPEECH).order_by("seq").values_list("role", "type")
    told = [_told(event) for event in events.filter(type="local_language").order_by("seq")]
    times = [event.message for event in events.filter(type="turn_times").order_by("seq")]
    speaking = _speaking(session, speech)
    return Transcript(session, entries(session), speaking, told, times, _others(events))


def entries(session: Session, *, fillers: bool = True) -> list[Entry]:
    """Returns the settled words as of the session's `last_seq`, in the order they were said.

    Without `fillers` what an agent said while it waited for a tool is left out.
    """
    events = _known(session)
    begun = dict(events.filter(type="speech_started").values_list("seq", "at"))
    ended = dict(events.filter(type="speech_ended").values_list("segment", "at"))
    finals = [each for each in events.filter(type="final") if fillers or _is_reply(each)]
    unsorted = [_entry(event, Spans(begun, ended)) for event in finals]
    return sorted(unsorted, key=lambda entry: (entry["order"], entry["seq"]))


def _known(session: Session) -> QuerySet[Event]:
    """Returns its events as of its `last_seq`, which are not tied to the session's object."""
    return Event.objects.filter(session_id=session.id, seq__lte=session.last_seq)


def words_of(session_id: str) -> list[Entry]:
    """Returns a session's settled words, for an agent that takes over."""
    return entries(session(session_id), fillers=False)


def tools_used(session_id: str) -> list[ToolUse]:
    """Returns the tools that were used in a session, oldest first, for one that takes over."""
    events = Event.objects.filter(session_id=session_id)
    ended = {each.segment: each.payload for each in events.filter(type="tool_ended")}
    return [
        ToolUse(
            seq=each.seq,
            name=each.payload["name"],
            arguments=each.payload["arguments"],
            ended=ended.get(each.segment),
        )
        for each in events.filter(type="tool_started").order_by("seq")
    ]


def _is_reply(event: Event) -> bool:
    return not event.payload.get("filler", False)


def earlier(session_id: str) -> Earlier:
    """Returns what was said in the sessions that this one continues.

    It goes back over five sessions at most, and not beyond one that their visitor erased: with its
    row the way back is gone one day, and nobody would find what is left of those before it.
    """
    before = _continued(session(session_id).continues_id)
    own = Session.objects.filter(id=session_id)
    return Earlier(
        entries=[entry for one in before for entry in entries(one, fillers=False)],
        sessions=[one.id for one in before],
        summary=_longest_summary(own),
        others=_longest_summary(_with_the_same_lines(before)),
    )


def _continued(session_id: str | None) -> list[Session]:
    """Returns this session and those before it, the oldest first."""
    found: list[Session] = []
    while session_id and len(found) < MOST_CONTINUED:
        one = Session.objects.filter(id=session_id, erased=False).first()
        if one is None:
            break
        found.insert(0, one)
        session_id = one.continues_id
    return found


def _with_the_same_lines(before: list[Session]) -> QuerySet[Session]:
    """Returns the sessions whose agents know what was said in these, or the beginning of it.

    They continue the last of these too, or are that one. Where there may be more sessions than an
    agent goes back over, the last one may know of one that is not among these.
    """
    if not before:
        return Session.objects.none()
    last, is_all = before[-1], len(before) < MOST_CONTINUED
    same = Q(continues=last) | Q(id=last.id) if is_all else Q(continues=last)
    return Session.objects.filter(same, visitor=last.visitor, erased=False)


def _longest_summary(of: QuerySet[Session]) -> Summary:
    noted = of.exclude(summary="").order_by("-summarised").values_list("summary", "summarised")
    found = noted.first()
    return Summary(*found) if found else Summary()


def last_asked(session_id: str) -> Asked | None:
    """Returns the last thing that the session's person said; None where they said nothing."""
    theirs = Event.objects.filter(session_id=session_id, role="user").order_by("-seq")
    final = theirs.filter(type="final").first()
    if final is None:
        return None
    ended = theirs.filter(type="speech_ended", segment=final.segment).first() or final
    return Asked(final.segment, ended.at, typed=final.payload.get("typed", False))


def typed_after(session_id: str, seq: int) -> list[Entry]:
    """Returns what the session's person typed after that number, oldest first."""
    theirs = Event.objects.filter(session_id=session_id, seq__gt=seq, type="final", role="user")
    found = [event for event in theirs.order_by("seq") if event.payload.get("typed")]
    return [_entry(event, Spans({}, {})) for event in found]


def answered_until(session_id: str) -> int:
    """Returns the number of the last typed final that a reply has begun to answer; 0 without."""
    replies = Event.objects.filter(session_id=session_id, role="agent")
    last = replies.filter(payload__answers__isnull=False).order_by("-seq").first()
    return last.payload["answers"] if last else 0


def _others(events: QuerySet[Event]) -> list[dict[str, Any]]:
    """Returns what an answer about these events has under no other name, oldest first."""
    worded = events.filter(type="final").values("segment")
    wordless = Q(type__in=SPEECH) & ~Q(segment__in=worded)
    others = events.filter(wordless | ~Q(type__in=TOLD_ELSEWHERE))
    return [event.message for event in others.order_by("seq")]


def _entry(event: Event, spans: Spans) -> Entry:
    order = event.payload["order"]
    ended = spans.ended.get(event.segment)
    return Entry(
        seq=event.seq,
        order=order,
        segment=event.segment,
        role=cast(Role, event.role),
        text=mend(event.payload["text"]),
        at=timestamp(spans.begun.get(order, event.at)),
        until=timestamp(ended) if ended else None,
        interrupted=event.payload.get("interrupted", False),
        typed=event.payload.get("typed", False),
        filler=not _is_reply(event),
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
