"""A session's agents, one generation after another: they come, live, move and are replaced."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import F
from wakeups import wake

from voice_sessions.events import ErrorEvent, OpenWords
from voice_sessions.models import LIVE_STATES, Session, State
from voice_sessions.queries import Standing, standing

from .event_log import AppendRefused, settle_open, store

log = structlog.get_logger(__name__)
AGENT_LOST = ErrorEvent(
    code="agent_lost", message="The agent was lost. Another one is joining.", fatal=False
)


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
        settle_open(session_id)
        if lost:
            store(session_id, AGENT_LOST)
        wake.wake_agent(session_id)
        session = Session.objects.get(id=session_id)
    log.info("agent_replaced", session_id=session_id, generation=generation + 1, lost=lost)
    return session


def _storable(progress: list[OpenWords]) -> list[OpenWords]:
    return [{**item, "text": item["text"].replace("\0", "")} for item in progress]
