"""The search: a visitor's sessions in which somebody said something, with the line beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import cast

from common.text import mend
from django.db.models import Q

from voice_sessions.events import Role
from voice_sessions.models import Event, SearchPlace, Session
from voice_sessions.queries import Position, with_agents

from . import looks, tables
from .words import Mark, Phrase, marks_of, phrases_of

LINE_LENGTH = 240
"""Characters of a line that are shown; what is longer is cut around its first match."""
BEFORE_MATCH = 60
MOST_LINES = 5000
"""Lines that are read at once: where there is no index, and where it has much that was deleted."""
CUT = "…"
MaySee = Callable[[Session], bool]


@dataclass(frozen=True)
class Line:
    """A line that matches: `seq` of its event, whose it is, and what of `text` matches.

    The text begins or ends with "…" where it was cut; marks count its characters.
    """

    seq: int
    role: Role
    text: str
    marks: list[Mark]


@dataclass(frozen=True)
class Found:
    """A session, and its last line that matches."""

    session: Session
    line: Line


def search(
    visitor: str, words: str, before: Position | None, limit: int
) -> tuple[list[Found], Position | None]:
    """Returns a page of the visitor's sessions in which all of these words are in one line.

    They are ordered from the newest on, by their first words; the position is where the next page
    begins, None on the last one.
    """
    phrases = phrases_of(words)
    if not phrases:
        return [], None
    if not tables.is_there():
        return looked_through(Q(session__visitor=visitor), phrases, before, limit)
    found = _newest(visitor, phrases, place_before(before, visitor=visitor), limit + 1)
    page = found[:limit]
    return page, position_of(page[-1].session) if len(found) > limit else None


def shown(text: str, phrases: tuple[Phrase, ...]) -> tuple[str, list[Mark]]:
    """Returns the text as it is shown, cut around its first match where it is long, and marks."""
    marks = marks_of(text, phrases)
    first = marks[0].start if marks else 0
    begin = max(0, min(first - BEFORE_MATCH, len(text) - LINE_LENGTH))
    end = min(len(text), begin + LINE_LENGTH)
    head, tail = CUT * (begin > 0), CUT * (end < len(text))
    shift = len(head) - begin
    inside = [Mark(m.start + shift, min(m.end, end) + shift) for m in marks if m.start < end]
    return head + text[begin:end] + tail, inside


def _newest(visitor: str, phrases: tuple[Phrase, ...], end: int, count: int) -> list[Found]:
    """Returns the newest sessions with such a line before that place, at most so many.

    Where the index still has lines of sessions that were deleted, it is asked again, for more.
    """
    found: list[Found] = []
    size = count

    def is_theirs(session: Session) -> bool:
        return session.visitor == visitor

    while True:
        places = looks.newest_lines(visitor, phrases, end, size)
        found += found_at(places, phrases, count - len(found), is_theirs)
        if len(found) == count or len(places) < size:
            return found
        end = tables.place_of(places[-1] >> tables.SEQ_BITS)
        size = min(4 * size, MOST_LINES)


def found_at(
    places: list[int], phrases: tuple[Phrase, ...], count: int, may_see: MaySee
) -> list[Found]:
    """Returns the first so many of these lines' sessions that may be seen, with the lines."""
    seqs = {place >> tables.SEQ_BITS: place & tables.MOST_SEQ for place in places}
    ids = dict(SearchPlace.objects.filter(id__in=seqs).values_list("id", "session_id"))
    sessions = _seen(list(ids.values()), may_see)
    shown = [number for number in seqs if ids.get(number) in sessions][:count]
    lines = _events([(ids[number], seqs[number]) for number in shown])
    kept = [id for number in shown if (id := ids[number]) in lines]
    return [Found(sessions[id], _line(lines[id], phrases)) for id in kept]


def _seen(ids: list[str], may_see: MaySee) -> dict[str, Session]:
    """Returns those of these sessions that may be seen.

    The database finds them by their ids: asked for the visitor too, SQLite would rather go through
    all of the visitor's sessions.
    """
    sessions = with_agents().in_bulk(ids)
    return {
        id: session
        for id, session in sessions.items()
        if may_see(session) and not session.hidden and not session.erased
    }


def _events(wanted: list[tuple[str, int]]) -> dict[str, Event]:
    """Returns these finals by their sessions, but for what was deleted just now."""
    if not wanted:
        return {}
    each = (Q(session_id=session_id, seq=seq) for session_id, seq in wanted)
    events = Event.objects.filter(reduce(or_, each), type="final").order_by()
    return {event.session_id: event for event in events}


def _line(event: Event, phrases: tuple[Phrase, ...]) -> Line:
    text, marks = shown(mend(event.payload["text"]), phrases)
    return Line(event.seq, cast(Role, event.role), text, marks)


def place_before(before: Position | None, **whose: str) -> int:
    """Returns the place before which the sessions after that position have all their lines."""
    if before is None:
        return tables.place_of(2**40)
    named = {f"session__{name}": value for name, value in whose.items()}
    here = SearchPlace.objects.filter(session_id=before.session_id, **named)
    number = here.values_list("id", flat=True).first()
    return tables.place_of(number or _deleted_number(before, whose))


def _deleted_number(before: Position, whose: dict[str, str]) -> int:
    """Returns what is above the numbers of all sessions that are older than one that is gone."""
    older = Session.objects.filter(hidden=False, erased=False, **whose)
    older = older.filter(created_at__lt=before.created_at, searchplace__isnull=False)
    number = older.order_by("-created_at", "-id").values_list("searchplace", flat=True).first()
    return number + 1 if number else 0


def looked_through(
    whose: Q, phrases: tuple[Phrase, ...], before: Position | None, limit: int
) -> tuple[list[Found], Position | None]:
    """Returns a page without an index: so many lines are read, and the next page goes on there."""
    listed = Q(session__hidden=False, session__erased=False)
    theirs = Event.objects.filter(whose, listed, type="final")
    if before:
        same_time = Q(session__created_at=before.created_at, session_id__lt=before.session_id)
        theirs = theirs.filter(Q(session__created_at__lt=before.created_at) | same_time)
    newest = theirs.order_by("-session__created_at", "-session_id", "-seq")
    newest = newest.select_related("session__revision__agent", "session__draft")
    newest = newest.defer("session__revision__fields", "session__draft__fields")
    lines = list(newest[:MOST_LINES])
    found: dict[str, Found] = {}
    for event in lines:
        if event.session_id in found or not marks_of(mend(event.payload["text"]), phrases):
            continue
        if len(found) == limit:
            return list(found.values()), position_of(list(found.values())[-1].session)
        found[event.session_id] = Found(event.session, _line(event, phrases))
    return list(found.values()), position_of(_last_read(lines))


def _last_read(lines: list[Event]) -> Session | None:
    """Returns the last session of which all lines are among these; None when there are no more."""
    if len(lines) < MOST_LINES:
        return None
    whole = [event.session for event in lines if event.session_id != lines[-1].session_id]
    return (whole or [lines[-1].session])[-1]


def position_of(session: Session | None) -> Position | None:
    """Returns the place in the history after that session."""
    return Position(session.created_at, session.id) if session else None
