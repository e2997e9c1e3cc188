"""A session's states: it starts, becomes active, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from wakeups import wake

from voice_sessions import limits, queries
from voice_sessions.endings import EndReason
from voice_sessions.events import ErrorEvent, SessionEnded, SessionStarted
from voice_sessions.models import LIVE_STATES, Event, Session, State
from voice_sessions.refusals import is_refusal, told

from . import occurrences
from .event_log import AppendRefused, settle_open, store
from .occurrences import Occurrence

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewSession:
    """What a start asks for.

    `visitor`, `room` and `identity` say whose session it is. An empty `system_prompt` means the
    operator's own; an empty `address` has no limit, any other is the tag by which starts count.
    `continues_id` names a session of the visitor's that has ended; the agent knows its words.
    `recorded` says that the person agreed to have the sound kept. `revision_id` is the agent's,
    None for the settings' own, and `draft_id` what is tried of it; `variables` are the values that
    it gets, by name.
    """

    visitor: str
    room: str
    identity: str
    system_prompt: str = field(default="", repr=False)
    address: str = ""
    continues_id: str | None = None
    recorded: bool = False
    revision_id: int | None = None
    draft_id: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


class NothingToContinue(Exception):
    """The session to go on with has not ended, or is none of the visitor's."""


class RoomInUse(Exception):
    """The visitor has a session in this room under another identity."""


class StillEnding(Exception):
    """The visitor's earlier session in this room is about to end; try again when it has."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.id)
        self.session = session


def start(new: NewSession) -> tuple[Session, bool]:
    """Returns the visitor's session in this room, and whether it is new.

    Of two calls at once one creates it and both get it. Raises RoomInUse, StillEnding,
    TooManySessions and NothingToContinue.
    """
    if existing := _existing(new):  # whoever is refused costs no transaction
        return existing, False
    if new.continues_id and not queries.can_be_continued(new.visitor, new.continues_id):
        raise NothingToContinue
    with transaction.atomic():
        limits.one_start_at_a_time()
        if existing := _existing(new):
            return existing, False
        session = Session.objects.create(**asdict(new))
    log.info("session_created", session_id=session.id)
    return session, True


def activate(session_id: str, generation: int) -> Event:
    """Returns the session_started event, which says that the agent can hear.

    An agent that did not learn of its commit may ask again and gets the same event. Raises
    AppendRefused when the session is over or has another agent.
    """
    current = Session.objects.filter(id=session_id, generation=generation)
    with transaction.atomic():
        starting = current.filter(state=State.STARTING)
        if not starting.update(state=State.ACTIVE, started_at=timezone.now()):
            if current.filter(state=State.ACTIVE).exists():
                return Event.objects.get(session_id=session_id, type="session_started")
            raise AppendRefused(session_id)
        event = store(session_id, SessionStarted())
        occurrences.tell(session_id, Occurrence.STARTED)
    log.info("session_started", session_id=session_id, generation=generation)
    return event


def person_came(session_id: str) -> None:
    """Stores that the session's person has been in its room."""
    Session.objects.filter(id=session_id, person_came=False).update(person_came=True)


def end(session_id: str, reason: EndReason, generation: int | None = None) -> bool:
    """Returns whether this call ended the session; it does not wait for the agent.

    With a generation it does so only if the session still has that agent. A session that is left by
    a person who never came is kept out of the history.
    """
    with transaction.atomic():
        changed = _set_ending(session_id, reason, generation)
        if changed and reason == EndReason.LEFT:
            Session.objects.filter(id=session_id, person_came=False).update(hidden=True)
    if changed:
        log.info("session_ending", session_id=session_id, reason=reason)
    return changed


def end_drafts(visitor: str) -> None:
    """Ends what this visitor still tries of agents; it does not wait for those."""
    tried = Session.objects.filter(visitor=visitor, state__in=LIVE_STATES, draft__isnull=False)
    for session_id in tried.values_list("id", flat=True):
        end(session_id, EndReason.STOPPED)


def finish(session_id: str) -> bool:
    """Returns whether this call wrote session_ended, the last event of an ending session.

    Where the record refuses to have it settled, it ends without: see close.
    """
    try:
        with transaction.atomic():
            if not _set_ended(Session.objects.filter(id=session_id, state=State.ENDING)):
                return False
            settle_open(session_id)
            reason = Session.objects.values_list("end_reason", flat=True).get(id=session_id)
            store(session_id, SessionEnded(reason=reason))
            occurrences.tell(session_id, Occurrence.ENDED)
    except Exception as error:
        if not is_refusal(error):
            raise
        log.error("session_not_settled", session_id=session_id, **told(error))
        return close(session_id)
    log.info("session_ended", session_id=session_id, reason=reason)
    return True


def close(session_id: str) -> bool:
    """Ends a session that cannot be ended otherwise; returns whether this call did.

    What it left open is given up, and so is its last event where that is refused too. Its numbers
    go on after the last event that is there.
    """
    with transaction.atomic():
        open_ones = Session.objects.filter(id=session_id).exclude(state=State.ENDED)
        if not _set_ended(open_ones, progress=[], last_seq=queries.last_stored(session_id)):
            return False
        unknown = Session.objects.filter(id=session_id).exclude(end_reason__in=EndReason.values)
        if unknown.update(end_reason=EndReason.AGENT_FAILED):
            occurrences.tell(session_id, Occurrence.FAILED)
        reason = Session.objects.values_list("end_reason", flat=True).get(id=session_id)
        try:
            with transaction.atomic():
                store(session_id, SessionEnded(reason=reason))
        except Exception as error:
            if not is_refusal(error):
                raise
            log.error("end_not_told", session_id=session_id, **told(error))
        occurrences.tell(session_id, Occurrence.ENDED)
    log.error("session_closed", session_id=session_id, reason=reason)
    return True


def fail(session_id: str, generation: int, code: str, message: str) -> None:
    """Ends the session as agent_failed with a fatal error event that says why, if it goes on."""
    with transaction.atomic():
        changed = _set_ending(session_id, EndReason.AGENT_FAILED, generation)
        if changed:
            store(session_id, ErrorEvent(code=code, message=message, fatal=True))
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


def _existing(new: NewSession) -> Session | None:
    """Returns the visitor's session in this room, if any; raises when there may be none either.

    What is taken is counted before the room is looked into: another start of the visitor's that
    took the last seat in between is found there.
    """
    taken = limits.taken(new.address)
    of_visitor = list(Session.objects.filter(visitor=new.visitor).exclude(state=State.ENDED))
    for session in of_visitor:
        if session.room == new.room:
            return _reusable(session, new.identity)
    taken.check(of_visitor)
    return None


def _reusable(session: Session, identity: str) -> Session:
    if session.state == State.ENDING:
        raise StillEnding(session)
    if session.identity != identity:
        raise RoomInUse(session.id)
    return session


def _set_ended(found: QuerySet[Session], **fields: Any) -> bool:
    return bool(found.update(state=State.ENDED, ended_at=timezone.now(), **fields))


def _set_ending(session_id: str, reason: EndReason, generation: int | None) -> bool:
    live = Session.objects.filter(id=session_id, state__in=LIVE_STATES)
    if generation is not None:
        live = live.filter(generation=generation)
    changed = live.update(state=State.ENDING, end_reason=reason, ending_at=timezone.now())
    if changed:
        wake.wake_agent(session_id)
    if changed and reason == EndReason.AGENT_FAILED:
        occurrences.tell(session_id, Occurrence.FAILED)
    return bool(changed)
