"""Every write to the record: one transaction that announces on commit what it stored."""

from __future__ import annotations

from typing import cast

import structlog
from channels_app import broadcast
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from .events import Durable, ErrorEvent, Final, Reason, SessionEnded, SessionStarted, type_of
from .models import LIVE_STATES, EndReason, Event, Session, State

log = structlog.get_logger(__name__)
TITLE_LENGTH = 200


class AppendRefused(Exception):
    """The session is over, or a newer agent has taken it."""


class RoomInUse(Exception):
    """The visitor has a session in this room under another identity."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.id)
        self.session = session


class StillEnding(Exception):
    """The visitor's earlier session in this room is about to end; try again when it has."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.id)
        self.session = session


class TooManySessions(Exception):
    """A limit on sessions is reached; `scope` is `visitor` or `all`."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


def start(visitor: str, room: str, identity: str, system_prompt: str = "") -> tuple[Session, bool]:
    """The visitor's session in this room, and whether it is new.

    Raises RoomInUse, StillEnding and TooManySessions. Of two racers one creates it, both get it.
    """
    try:
        with transaction.atomic():
            if existing := _not_ended(visitor, room):
                return _reusable(existing, identity), False
            _check_limits(visitor)
            session = Session.objects.create(
                visitor=visitor, room=room, identity=identity, system_prompt=system_prompt
            )
    except IntegrityError:
        existing = _not_ended(visitor, room)
        if existing is None:
            raise
        return _reusable(existing, identity), False
    log.info("session_created", session_id=session.id)
    return session, True


def activate(session_id: str, generation: int) -> Event:
    """The session_started event, when the agent can hear; raises AppendRefused when it is over."""
    with transaction.atomic():
        changed = Session.objects.filter(
            id=session_id, generation=generation, state=State.STARTING
        ).update(state=State.ACTIVE, started_at=timezone.now())
        if not changed:
            raise AppendRefused(session_id)
        event = _store(session_id, SessionStarted())
    log.info("session_started", session_id=session_id, generation=generation)
    return event


def append(session_id: str, generation: int, message: Durable) -> Event:
    """The stored event with its number; AppendRefused after the end or from an old generation."""
    with transaction.atomic():
        if not _claim(session_id, generation=generation):
            log.warning(
                "append_refused",
                session_id=session_id,
                generation=generation,
                event_type=type_of(message),
            )
            raise AppendRefused(session_id)
        return _insert(session_id, message)


def end(session_id: str, reason: EndReason) -> bool:
    """Whether this was the one that ended the session. It does not wait for the agent."""
    with transaction.atomic():
        changed = Session.objects.filter(id=session_id, state__in=LIVE_STATES).update(
            state=State.ENDING, end_reason=reason, ending_at=timezone.now()
        )
        if changed:
            broadcast.announce_ending(session_id)
    if changed:
        log.info("session_ending", session_id=session_id, reason=reason)
    return bool(changed)


def finish(session_id: str) -> bool:
    """Whether this was the one that wrote session_ended, the last event of an ending session."""
    with transaction.atomic():
        changed = Session.objects.filter(id=session_id, state=State.ENDING).update(
            state=State.ENDED, ended_at=timezone.now()
        )
        if not changed:
            return False
        reason = Session.objects.values_list("end_reason", flat=True).get(id=session_id)
        _store(session_id, SessionEnded(reason=cast(Reason, reason)))
    log.info("session_ended", session_id=session_id, reason=reason)
    return True


def fail(session_id: str, generation: int, code: str, message: str) -> None:
    """Ends the session as agent_failed after a fatal error event that says why."""
    try:
        append(session_id, generation, ErrorEvent(code=code, message=message, fatal=True))
    except AppendRefused:
        return
    end(session_id, EndReason.AGENT_FAILED)


def discard(session_id: str) -> None:
    """Ends and hides a session whose start failed, so that nobody meets it in the history."""
    Session.objects.filter(id=session_id).update(hidden=True)
    end(session_id, EndReason.AGENT_FAILED)
    finish(session_id)


def end_abandoned() -> list[str]:
    """The ids of the sessions that an earlier process left un-ended; they end as agent_failed."""
    ids = list(Session.objects.exclude(state=State.ENDED).values_list("id", flat=True))
    for session_id in ids:
        end(session_id, EndReason.AGENT_FAILED)
        finish(session_id)
    return ids


def _not_ended(visitor: str, room: str) -> Session | None:
    return Session.objects.filter(visitor=visitor, room=room).exclude(state=State.ENDED).first()


def _reusable(session: Session, identity: str) -> Session:
    if session.state == State.ENDING:
        raise StillEnding(session)
    if session.identity != identity:
        raise RoomInUse(session)
    return session


def _check_limits(visitor: str) -> None:
    live = Session.objects.filter(state__in=LIVE_STATES)
    if live.filter(visitor=visitor).count() >= settings.MAX_SESSIONS_PER_VISITOR:
        raise TooManySessions("visitor")
    if live.count() >= settings.MAX_SESSIONS:
        raise TooManySessions("all")


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


def _insert(session_id: str, message: Durable) -> Event:
    seq = Session.objects.values_list("last_seq", flat=True).get(id=session_id)
    payload = message.payload()
    segment = payload.get("segment", "")
    if isinstance(message, Final):
        payload["order"] = _order(session_id, segment, seq)
        if message.role == "user":
            _set_title(session_id, message.text)
    event = Event.objects.create(
        session_id=session_id,
        seq=seq,
        type=type_of(message),
        role=payload.get("role", ""),
        segment=segment,
        payload=payload,
        at=timezone.now(),
    )
    broadcast.announce_stored(session_id, seq)
    return event


def _order(session_id: str, segment: str, seq: int) -> int:
    started = Event.objects.filter(session_id=session_id, segment=segment, type="speech_started")
    return started.values_list("seq", flat=True).first() or seq


def _set_title(session_id: str, text: str) -> None:
    Session.objects.filter(id=session_id, title="").update(title=text.strip()[:TITLE_LENGTH])
