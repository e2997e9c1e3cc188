"""Every read of the record. Whatever a visitor may reach comes through `visible_session`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Count, Exists, Max, Q, QuerySet
from django.utils import timezone

from .events import SessionEnded
from .models import LIVE_STATES, Event, Session, State

HISTORY_LIMIT = 100
LATELY = timedelta(minutes=20)
"""For which a room is looked after when its session has ended: no token for it lives longer."""


_SUPERVISED = (
    "visitor",
    "room",
    "identity",
    "state",
    "generation",
    "beats",
    "recoveries",
    "is_moving",
    "person_came",
)


class Standing(StrEnum):
    """What an agent learns about its session when it beats."""

    HELD = "held"
    MOVING = "moving"
    ENDING = "ending"
    LOST = "lost"


class Look(NamedTuple):
    """What an agent sees when it beats: its standing, and the number of what was typed last."""

    standing: Standing
    typed_seq: int = 0


@dataclass(frozen=True)
class Position:
    """A place in a visitor's history, newest first: the last session that was seen."""

    created_at: datetime
    session_id: str


@dataclass(frozen=True)
class Progress:
    """How far a session's record is: its last number, settled segments, and whether it is over."""

    last_seq: int
    settled: frozenset[str]
    ended: bool


@dataclass(frozen=True)
class RoomStanding:
    """How many sessions of a room are over, whose goes on, and whether one ended lately.

    Sessions whose start failed do not count: their persons may try again where they are.
    """

    over: int = 0
    identity: str = ""
    ended_lately: bool = False


def visible_session(visitor: str, session_id: str) -> Session:
    """Returns the visitor's session.

    Raises Session.DoesNotExist if it is unknown, not theirs or erased.
    """
    return _with_agent().get(id=session_id, visitor=visitor, erased=False)


def session_for_staff(session_id: str) -> Session:
    """Returns anybody's session; raises Session.DoesNotExist if it is unknown or erased."""
    return _with_agent().get(id=session_id, erased=False)


def with_agents() -> QuerySet[Session]:
    """Returns sessions as lists show them: with their agents, without what may be long."""
    return _with_agent().defer("system_prompt", "variables")


def history(
    visitor: str, *, before: Position | None = None, limit: int = 20
) -> tuple[list[Session], Position | None]:
    """Returns a page of the visitor's sessions, newest first, and where the next page begins.

    The position is None on the last page.
    """
    shown = with_agents().filter(visitor=visitor, hidden=False, erased=False)
    return page_of(shown, before, limit)


def page_of(
    shown: QuerySet[Session], before: Position | None, limit: int
) -> tuple[list[Session], Position | None]:
    """Returns a page of these sessions, newest first, and where the next page begins."""
    if before:
        same_time = Q(created_at=before.created_at, id__lt=before.session_id)
        shown = shown.filter(created_at__lte=before.created_at)
        shown = shown.filter(Q(created_at__lt=before.created_at) | same_time)
    page = list(shown.order_by("-created_at", "-id")[: limit + 1])
    if len(page) <= limit:
        return page, None
    last = page[limit - 1]
    return page[:limit], Position(last.created_at, last.id)


def session(session_id: str) -> Session:
    """Returns the session, whoever asks; raises Session.DoesNotExist when it is unknown."""
    return Session.objects.get(id=session_id)


def can_be_continued(visitor: str, session_id: str) -> bool:
    """Returns whether that is a session of the visitor's that has ended and is not erased."""
    theirs = Session.objects.filter(id=session_id, visitor=visitor, erased=False)
    return theirs.filter(state=State.ENDED).exists()


def is_live(session_id: str, generation: int) -> bool:
    """Returns whether the session goes on with that agent."""
    current = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    return current.exists()


def has_ended(session_id: str) -> bool:
    """Returns whether the session is over."""
    return Session.objects.filter(id=session_id, state=State.ENDED).exists()


def standing(session_id: str, generation: int) -> Standing:
    """Returns what the session's record wants of this agent."""
    return look(session_id, generation).standing


def look(session_id: str, generation: int) -> Look:
    """Returns what the session's record wants of this agent, and how far its person typed."""
    current = Session.objects.filter(id=session_id, generation=generation)
    fields = ("state", "is_moving", "typed_seq")
    row = current.exclude(state=State.ENDED).values_list(*fields).first()
    if row is None:
        return Look(Standing.LOST)
    state, is_moving, typed_seq = row
    if state == State.ENDING:
        return Look(Standing.ENDING, typed_seq)
    return Look(Standing.MOVING if is_moving else Standing.HELD, typed_seq)


def beats(session_id: str, generation: int) -> int | None:
    """Returns how often the agent of a live session has beaten; None when it has another one."""
    current = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    return current.values_list("beats", flat=True).first()


def not_ended() -> list[Session]:
    """Returns all sessions that go on, with what a supervisor reads of each."""
    return list(Session.objects.exclude(state=State.ENDED).only(*_SUPERVISED))


def ended_lately() -> list[Session]:
    """Returns the sessions whose rooms are still looked after, with only visitor and room."""
    lately = timezone.now() - LATELY
    ended = Session.objects.filter(state=State.ENDED, ended_at__gte=lately)
    return list(ended.only("visitor", "room"))


def progress(session_id: str) -> Progress:
    """Returns how far the session's log is now; raises Session.DoesNotExist."""
    session = Session.objects.only("last_seq", "state").get(id=session_id)
    finals = Event.objects.filter(session_id=session_id, type="final", seq__lte=session.last_seq)
    settled = frozenset(finals.values_list("segment", flat=True))
    ended = session.state == State.ENDED
    untold = _untold_end(session_id) if ended else None
    return Progress(untold.seq if untold else session.last_seq, settled, ended)


def last_stored(session_id: str) -> int:
    """Returns the number of the session's last event, whatever its row says; 0 without any."""
    return Event.objects.filter(session_id=session_id).aggregate(last=Max("seq"))["last"] or 0


def room_standing(visitor: str, room: str) -> RoomStanding:
    """Returns the room as it is for a person's next session: what is ending counts as over."""
    over = Q(state__in=(State.ENDING, State.ENDED))
    of_room = Session.objects.filter(visitor=visitor, room=room, hidden=False)
    counted = of_room.aggregate(
        over=Count("id", filter=over),
        lately=Count("id", filter=over & ~Q(ended_at__lt=timezone.now() - LATELY)),
        identity=Max("identity", filter=Q(state__in=LIVE_STATES)),
    )
    return RoomStanding(counted["over"], counted["identity"] or "", bool(counted["lately"]))


def room_standings(
    rooms: Collection[tuple[str, str]],
) -> dict[tuple[str, str], RoomStanding]:
    """Returns each room as it is for whoever is in it: what is ending still goes on.

    The keys are pairs of visitor and room; a pair that had no session is left out.
    """
    visitors, names = zip(*rooms, strict=True)
    of_rooms = Session.objects.filter(visitor__in=visitors, room__in=names, hidden=False)
    rows = of_rooms.values("visitor", "room").annotate(
        over=Count("id", filter=Q(state=State.ENDED)),
        whose=Max("identity", filter=Q(state__in=LIVE_STATES)),
    )
    return {
        (row["visitor"], row["room"]): RoomStanding(row["over"], row["whose"] or "") for row in rows
    }


def events_after(session_id: str, seq: int, until: int | None, limit: int) -> list[Event]:
    """Returns the session's next events after that number in order, up to `until` if given.

    The last one tells the end in any case, also where the record refused it.
    """
    following = Event.objects.filter(session_id=session_id, seq__gt=seq)
    if until is not None:
        following = following.filter(seq__lte=until)
    found = list(following.order_by("seq")[:limit])
    if found:
        return found
    end = _untold_end(session_id)
    return [end] if end and seq < end.seq <= (until or end.seq) else []


def _with_agent() -> QuerySet[Session]:
    """Sessions with the name, slug and number of their agents' revisions, or what was tried."""
    found = Session.objects.select_related("revision__agent", "draft")
    return found.defer("progress", "summary", "revision__fields", "draft__fields")


def _untold_end(session_id: str) -> Event | None:
    """Returns the last event of a session that has ended without one, as it would have been."""
    told = Event.objects.filter(session_id=session_id, type="session_ended")
    ended = Session.objects.filter(id=session_id, state=State.ENDED).exclude(Exists(told))
    session = ended.only("last_seq", "end_reason", "ended_at").first()
    if session is None:
        return None
    payload = SessionEnded(reason=session.end_reason).payload()
    at = session.ended_at or timezone.now()
    seq = max(session.last_seq, last_stored(session_id)) + 1
    return Event(session_id=session_id, seq=seq, type="session_ended", payload=payload, at=at)
