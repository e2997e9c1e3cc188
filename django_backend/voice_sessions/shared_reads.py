"""What many readers want of their sessions' logs, read together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import DatabaseError
from django.db.models import Q

from . import queries
from .models import Event, Session, State
from .refusals import is_refusal


class Wanted(NamedTuple):
    """What is wanted of a session's log: what `events_after` is given."""

    session_id: str
    seq: int
    until: int | None
    limit: int

    @property
    def last(self) -> int:
        """The highest number that may come."""
        end = self.seq + self.limit
        return end if self.until is None else min(self.until, end)


def events_after_each(wanted: Sequence[Wanted]) -> list[list[Event] | Exception]:
    """Returns what `events_after` does for each, by one query for all where that can be.

    Where one session's events cannot be read it is an exception in its own place. Raises
    DatabaseError when the database is away.
    """
    try:
        return list(_events_of_all(wanted))
    except Exception as error:
        if isinstance(error, DatabaseError) and not is_refusal(error):
            raise
    return [_events_or_error(one) for one in wanted]


def _events_of_all(wanted: Sequence[Wanted]) -> list[list[Event]]:
    """Looks alone only for who found nothing although there is more, or the session is over.

    Who was told of nothing is seldom due: most of many such questions are answered by the
    sessions' rows.
    """
    ends = _ends({one.session_id for one in wanted if one.until is None})
    due = [one for one in wanted if one.until or ends.get(one.session_id, 0) > one.seq]
    found = _events_of(due)
    each = [
        [event for event in found[one.session_id] if one.seq < event.seq <= one.last]
        for one in wanted
    ]
    empty = {one.session_id for one, events in zip(wanted, each, strict=True) if not events}
    ends |= _ends(empty - ends.keys())
    return [
        events if events or ends.get(one.session_id, 0) <= one.last else queries.events_after(*one)
        for one, events in zip(wanted, each, strict=True)
    ]


def _ends(session_ids: Collection[str]) -> dict[str, float]:
    """Returns the last number of each session; infinity when it is over."""
    sessions = Session.objects.filter(id__in=session_ids).values_list("id", "last_seq", "state")
    return {key: math.inf if state == State.ENDED else last for key, last, state in sessions}


def _events_of(due: Sequence[Wanted]) -> dict[str, list[Event]]:
    """Returns all events that one of these wants, in order, by their sessions."""
    found: dict[str, list[Event]] = defaultdict(list)
    if due:
        ranges = Q()
        for one in due:
            ranges |= Q(session_id=one.session_id, seq__gt=one.seq, seq__lte=one.last)
        for event in Event.objects.filter(ranges).order_by("seq"):
            found[event.session_id].append(event)
    return found


def _events_or_error(one: Wanted) -> list[Event] | Exception:
    try:
        return queries.events_after(*one)
    except Exception as error:
        return error
