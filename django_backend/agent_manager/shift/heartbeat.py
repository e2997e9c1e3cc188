"""How an agent shows that it lives, and learns when it has to leave its session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum

import structlog
from django.db import Error as DatabaseError
from livekit import rtc
from media_server.tokens import generation_of
from voice_sessions import steps as record
from voice_sessions.actions import Standing
from voice_sessions.events import OpenWords
from voice_sessions.models import Session
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


async def departure(session: Session, progress: Callable[[], Progress]) -> Departure:
    """Beats until somebody ends the session, moves it or has replaced this agent; says which.

    A beat that the database does not take is left out: others judge by beats, not by times.
    """
    async with listening(agent_group(session.id)) as inbox:
        while True:
            began = time.monotonic()
            try:
                standing = await record.beat(session.id, session.generation, progress())
                _note_slowness(time.monotonic() - began)
            except DatabaseError as error:
                log.warning("beat_missed", error=type(error).__name__)
                standing = Standing.HELD
            if standing in OF_STANDING:
                return OF_STANDING[standing]
            await inbox.read(BEAT_SECONDS)


def _note_slowness(seconds: float) -> None:
    if seconds > SLOW_SECONDS:
        log.warning("beat_slow", seconds=round(seconds, 1))


async def newer_agent(session: Session, room: rtc.Room) -> Departure:
    """Returns when a later agent of the same session is in the room."""
    loop = asyncio.get_running_loop()
    seen: asyncio.Future[Departure] = loop.create_future()

    def look(participant: rtc.RemoteParticipant) -> None:
        if generation_of(session, participant.attributes) > session.generation and not seen.done():
            seen.set_result(Departure.REPLACED)

    room.on("participant_connected", look)
    try:
        for participant in room.remote_participants.values():
            look(participant)
        return await seen
    finally:
        room.off("participant_connected", look)
