"""Every write to the record: one transaction that announces on commit what it stored."""

from __future__ import annotations

from enum import StrEnum
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wakeups import wake

from . import open_segments, seats
from .events import (
    Durable,
    ErrorEvent,
    Final,
    OpenWords,
    Reason,
    SessionEnded,
    SessionStarted,
    type_of,
)
from .models import LIVE_STATES, EndReason, Event, Session, State

log = structlog.get_logger(__name__)
TITLE_LENGTH = 200
AGENT_LOST = ErrorEvent(
    code="agent_lost", message="The agent was lost. Another one is joining.", fatal=False
)


class Standing(StrEnum):
    """What an agent learns about its session when it beats."""

    HELD = "held"
    MOVING = "moving"
    ENDING = "ending"
    LOST = "lost"


class AppendRefused(Exception):
    """The session is over, or a newer agent has taken it."""


class RoomInUse(Exception):
    """The visitor has a session in this room under another identity."""


class StillEnding(Exception):
    """The visitor's earlier session in this room is about to end; try again when it has."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.id)
        self.session = session


class TooManySessions(Exception):
    """A limit on sessions is reached; `scope` is `visitor`, `address` or `all`."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


def start(
    visitor: str, room: str, identity: str, system_prompt: str = "", address: str = ""
) -> tuple[Session, bool]:
    """The visitor's session in this room, and whether it is new; an empty address has no limit.

    Raises RoomInUse, StillEnding and TooManySessions. Of two racers one creates it, both get it.
    """
    if existing := _existing(visitor, room, identity, address):  # no transaction for who is refused
        return existing, False
    with transaction.atomic():
        seats.one_start_at_a_time()
        if existing := _existing(visitor, room, identity, address):
            return existing, False
        session = Session.objects.create(
            visitor=visitor,
            room=room,
            identity=identity,
            system_prompt=system_prompt,
            address=address,
        )
    log.info("session_created", session_id=session.id)
    return session, True


def activate(session_id: str, generation: int) -> Event:
    """The session_started event, when the agent can hear; raises AppendRefused when it is over.

    An agent that was not told of its commit may ask again and gets the same event.
    """
    mine = Session.objects.filter(id=session_id, generation=generation)
    with transaction.atomic():
        starting = mine.filter(state=State.STARTING)
        if not starting.update(state=State.ACTIVE, started_at=timezone.now()):
            if mine.filter(state=State.ACTIVE).exists():
                return Event.objects.get(session_id=session_id, type="session_started")
            raise AppendRefused(session_id)
        event = _store(session_id, SessionStarted())
    log.info("session_started", session_id=session_id, generation=generation)
    return event


def claim(session_id: str, generation: int) -> None:
    """Makes the caller the one agent of this generation; AppendRefused when it must not come."""
    mine = Session.objects.filter(id=session_id, generation=generation, beats=0)
    if not mine.filter(state__in=LIVE_STATES).update(beats=1):
        raise AppendRefused(session_id)


def beat(session_id: str, generation: int, progress: list[OpenWords]) -> Standing:
    """Says that the agent lives and which words its open segments have; what it has to do."""
    mine = Session.objects.filter(id=session_id, generation=generation).exclude(state=State.ENDED)
    if not mine.update(beats=F("beats") + 1, progress=_storable(progress)):
        return Standing.LOST
    return standing(session_id, generation)


def standing(session_id: str, generation: int) -> Standing:
    """What the session's record wants of this agent."""
    mine = Session.objects.filter(id=session_id, generation=generation).exclude(state=State.ENDED)
    row = mine.values_list("state", "is_moving").first()
    if row is None:
        return Standing.LOST
    state, is_moving = row
    if state == State.ENDING:
        return Standing.ENDING
    return Standing.MOVING if is_moving else Standing.HELD


def person_came(session_id: str) -> None:
    """Says that the session's person has been in its room."""
    Session.objects.filter(id=session_id, person_came=False).update(person_came=True)


def move(session_id: str, generation: int) -> bool:
    """Whether the session's agent was asked to make room for another one elsewhere."""
    mine = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    with transaction.atomic():
        changed = mine.update(is_moving=True)
        if changed:
            wake.wake_agent(session_id)
    return bool(changed)


def replace(session_id: str, generation: int, *, lost: bool) -> Session | None:
    """The session with its next generation, if this was the one that raised it, else None.

    Its person is in the room, because nobody is sent to an empty one. From now on the old agent is
    refused; its open segments are settled as far as they are known.
    """
    old = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    with transaction.atomic():
        if not old.update(
            generation=F("generation") + 1,
            beats=0,
            is_moving=False,
            person_came=True,
            recoveries=F("recoveries") + int(lost),
        ):
            return None
        _settle_open(session_id)
        if lost:
            _store(session_id, AGENT_LOST)
        wake.wake_agent(session_id)
        session = Session.objects.get(id=session_id)
    log.info("agent_replaced", session_id=session_id, generation=generation + 1, lost=lost)
    return session


def append(session_id: str, generation: int, message: Durable, key: str = "") -> Event:
    """The stored event with its number; AppendRefused after the end or from an old generation.

    An event is stored once: by its segment, or by a key where it has none. IntegrityError then.
    """
    with transaction.atomic():
        if not _claim(session_id, generation=generation):
            log.warning(
                "append_refused",
                session_id=session_id,
                generation=generation,
                event_type=type_of(message),
            )
            raise AppendRefused(session_id)
        return _insert(session_id, message, key)


def end(session_id: str, reason: EndReason, generation: int | None = None) -> bool:
    """Whether this was the one that ended the session. It does not wait for the agent.

    With a generation only if the session still has that agent: an old one ends nothing. One that
    was left by a person who never came is kept out of the history.
    """
    with transaction.atomic():
        changed = _set_ending(session_id, reason, generation)
        if changed and reason == EndReason.LEFT:
            Session.objects.filter(id=session_id, person_came=False).update(hidden=True)
    if changed:
        log.info("session_ending", session_id=session_id, reason=reason)
    return changed


def finish(session_id: str) -> bool:
    """Whether this was the one that wrote session_ended, the last event of an ending session."""
    with transaction.atomic():
        changed = Session.objects.filter(id=session_id, state=State.ENDING).update(
            state=State.ENDED, ended_at=timezone.now()
        )
        if not changed:
            return False
        _settle_open(session_id)
        reason = Session.objects.values_list("end_reason", flat=True).get(id=session_id)
        _store(session_id, SessionEnded(reason=cast(Reason, reason)))
    log.info("session_ended", session_id=session_id, reason=reason)
    return True


def fail(session_id: str, generation: int, code: str, message: str) -> None:
    """Ends the session as agent_failed with a fatal error event that says why, if it goes on."""
    with transaction.atomic():
        changed = _set_ending(session_id, EndReason.AGENT_FAILED, generation)
        if changed:
            _store(session_id, ErrorEvent(code=code, message=message, fatal=True))
    if changed:
        log.info("session_ending", session_id=session_id, reason=EndReason.AGENT_FAILED, code=code)


def hide(session_id: str) -> None:
    """Keeps a session whose start failed out of the history."""
    Session.objects.filter(id=session_id).update(hidden=True)


def discard(session_id: str) -> None:
    """Ends and hides a session whose start failed, so that nobody meets it in the history."""
    hide(session_id)
    end(session_id, EndReason.AGENT_FAILED)
    finish(session_id)


def _existing(visitor: str, room: str, identity: str, address: str) -> Session | None:
    """Their session in this room, if there is one; raises when there is none, nor a seat for it.

    Seats are counted before the room is looked into: a racer of theirs who took the last one in
    between is found there.
    """
    is_full, is_crowded = seats.all_taken(), seats.taken_by(address)
    theirs = list(Session.objects.filter(visitor=visitor).exclude(state=State.ENDED))
    for session in theirs:
        if session.room == room:
            return _reusable(session, identity)
    if sum(each.state in LIVE_STATES for each in theirs) >= settings.MAX_SESSIONS_PER_VISITOR:
        raise TooManySessions("visitor")
    if is_crowded:
        raise TooManySessions("address")
    if is_full:
        raise TooManySessions("all")
    return None


def _reusable(session: Session, identity: str) -> Session:
    if session.state == State.ENDING:
        raise StillEnding(session)
    if session.identity != identity:
        raise RoomInUse(session.id)
    return session


def _set_ending(session_id: str, reason: EndReason, generation: int | None) -> bool:
    live = Session.objects.filter(id=session_id, state__in=LIVE_STATES)
    if generation is not None:
        live = live.filter(generation=generation)
    changed = live.update(state=State.ENDING, end_reason=reason, ending_at=timezone.now())
    if changed:
        wake.wake_agent(session_id)
    return bool(changed)


def _storable(progress: list[OpenWords]) -> list[OpenWords]:
    return [{**item, "text": item["text"].replace("\0", "")} for item in progress]


def _settle_open(session_id: str) -> None:
    """Closes what the agent left open with the words that it last told."""
    for message in open_segments.closing_events(session_id):
        _store(session_id, message)
    Session.objects.filter(id=session_id).exclude(progress=[]).update(progress=[])


def _store(session_id: str, message: Durable) -> Event:
    Session.objects.filter(id=session_id).update(last_seq=F("last_seq") + 1)
    return _insert(session_id, message)


def _claim(session_id: str, *, generation: int) -> int:
    """Takes the session's next number: the row stays locked until the transaction ends."""
    return (
        Session.objects.filter(id=session_id, generation=generation)
        .exclude(state=State.ENDED)
        .update(last_seq=F("last_seq") + 1)
    )


def _insert(session_id: str, message: Durable, key: str = "") -> Event:
    seq = Session.objects.values_list("last_seq", flat=True).get(id=session_id)
    payload = message.payload()
    segment = payload.get("segment", "")
    if isinstance(message, Final):
        payload["order"] = _order(session_id, segment, seq)
        if message.role == "user":
            title = message.text.strip()[:TITLE_LENGTH]
            Session.objects.filter(id=session_id, title="").update(title=title)
    event = Event.objects.create(
        session_id=session_id,
        seq=seq,
        type=type_of(message),
        role=payload.get("role", ""),
        segment=segment or key,
        payload=payload,
        at=timezone.now(),
    )
    wake.announce_stored(session_id, seq)
    return event


def _order(session_id: str, segment: str, seq: int) -> int:
    started = Event.objects.filter(session_id=session_id, segment=segment, type="speech_started")
    return started.values_list("seq", flat=True).first() or seq
