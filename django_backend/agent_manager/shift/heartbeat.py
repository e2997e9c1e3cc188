"""How an agent shows that it lives, and learns when it has to leave its session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Self

import structlog
from common.tasks import cancel
from django.db import Error as DatabaseError
from voice_sessions import steps as record
from voice_sessions.events import OpenWords
from voice_sessions.models import Session
from voice_sessions.queries import Look, Standing
from voice_sessions.refusals import is_refusal, told
from wakeups.groups import agent_group
from wakeups.listening import listening

log = structlog.get_logger(__name__)
BEAT_SECONDS = 0.5
SLOW_SECONDS = 1.0

Progress = list[OpenWords]


class Departure(StrEnum):
    """How an agent left: the session is over, or another agent is to have it."""

    ENDED = "ended"
    MOVED = "moved"
    REPLACED = "replaced"
    CUT_OFF = "cut_off"


OF_STANDING = {
    Standing.ENDING: Departure.ENDED,
    Standing.MOVING: Departure.MOVED,
    Standing.LOST: Departure.REPLACED,
}


class Heartbeat:
    """As a context it beats, until somebody ends the session, moves it or replaces this agent.

    `task` gives how the agent has to leave. A beat that the database does not take is left out:
    others judge by beats, not by times. `typed` is told how far the person typed, by each beat.
    """

    task: asyncio.Task[Departure]

    def __init__(
        self, session: Session, progress: Callable[[], Progress], typed: Callable[[int], None]
    ) -> None:
        self._session = session
        self._progress = progress
        self._typed = typed

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self.task)

    async def _beat(self) -> Departure:
        async with listening(agent_group(self._session.id)) as inbox:
            while True:
                if departure := OF_STANDING.get(await self._beat_once()):
                    return departure
                await inbox.read(BEAT_SECONDS)

    async def _beat_once(self) -> Standing:
        began = time.monotonic()
        try:
            look = await self._told(self._progress())
        except DatabaseError as error:
            log.warning("beat_missed", **told(error))
            return Standing.HELD
        _note_slowness(time.monotonic() - began)
        self._typed(look.typed_seq)
        return look.standing

    async def _told(self, progress: Progress) -> Look:
        """Beats without the words where the record refuses them: the agent lives all the same."""
        try:
            return await record.beat(self._session.id, self._session.generation, progress)
        except Exception as error:
            if not is_refusal(error) or not progress:
                raise
            log.error("open_words_left_out", **told(error))
            return await record.beat(self._session.id, self._session.generation, [])


def _note_slowness(seconds: float) -> None:
    if seconds > SLOW_SECONDS:
        log.warning("beat_slow", seconds=round(seconds, 1))
