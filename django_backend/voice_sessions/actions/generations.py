"""A session's agents, one generation after another: they claim, beat, move and are replaced."""

from __future__ import annotations

from typing import cast

import structlog
from common.text import cut, mend
from django.db import transaction
from django.db.models import F
from wakeups import wake

from voice_sessions.events import TEXT_LENGTH, ErrorEvent, OpenWords
from voice_sessions.models import LIVE_STATES, Session, State
from voice_sessions.queries import Look, Standing, look

from .event_log import AppendRefused, settle_open, store

log = structlog.get_logger(__name__)
AGENT_LOST = ErrorEvent(
    code="agent_lost", message="The agent was lost. Another one is joining.", fatal=False
)


def claim(session_id: str, generation: int) -> None:
    """Makes the caller the one agent of this generation.

    Raises AppendRefused when there is one already, or the session has no place for it any more.
    """
    current = Session.objects.filter(id=session_id, generation=generation, beats=0)
    if not current.filter(state__in=LIVE_STATES).update(beats=1):
        raise AppendRefused(session_id)


def beat(session_id: str, generation: int, progress: list[OpenWords]) -> Look:
    """Stores that the agent lives and its open segments' words; returns what there is for it."""
    current = Session.objects.filter(id=session_id, generation=generation)
    going_on = current.exclude(state=State.ENDED)
    if not going_on.update(beats=F("beats") + 1, progress=_storable(progress)):
        return Look(Standing.LOST)
    return look(session_id, generation)


def move(session_id: str, generation: int) -> bool:
    """Asks the agent to make room for another one elsewhere; returns whether it is still there."""
    current = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    with transaction.atomic():
        changed = current.update(is_moving=True)
        if changed:
            wake.wake_agent(session_id)
    return bool(changed)


def replace(session_id: str, generation: int, *, lost: bool) -> Session | None:
    """Returns the session with its next generation, if this call raised it, else None.

    Its person is in the room, because no agent is sent to an empty one. From now on the old agent
    is refused; its open segments are settled as far as they are known.
    """
    current = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    with transaction.atomic():
        if not current.update(
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


def _storable(progress: list[OpenWords]) -> list[dict[str, str]]:
    """Returns what every database takes; what is no text is left out."""
    return [
        {name: cut(mend(value), TEXT_LENGTH) for name, value in item.items()}
        for item in cast(list[dict[str, str]], progress)
        if all(isinstance(value, str) for value in item.values())
    ]
