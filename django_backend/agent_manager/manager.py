"""Starting a session from a request: one agent for all who ask, also when one of them hangs up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

import structlog
from asgiref.sync import async_to_sync, sync_to_async
from media_server import removal
from media_server.errors import LIVEKIT_ERRORS
from voice_sessions import queries
from voice_sessions.actions import sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.models import Session

from agent_manager.runtimes import choice as runtimes

log = structlog.get_logger(__name__)
ENDING_PATIENCE = 2.0
POLL_SECONDS = 0.05
_starting: dict[str, asyncio.Task[None]] = {}


def come_for_session(visitor: str, room: str, identity: str) -> int:
    """How many sessions of the room are over; nobody is in it any more who came for one of them.

    Raises RoomInUse where one goes on under another identity. A media server that is away is not
    waited for.
    """
    standing = queries.room_standing(visitor, room)
    if standing.identity not in ("", identity):
        raise sessions.RoomInUse
    if standing.ended_lately:
        try:
            async_to_sync(removal.clear)(visitor, room, standing.over)
        except LIVEKIT_ERRORS as error:
            log.warning("people_not_put_out", error=type(error).__name__)
    return standing.over


def start_session(new: NewSession) -> tuple[Session, bool]:
    """The visitor's session in the room, its agent joined, and whether it is new.

    Raises what sessions.start raises, but StillEnding, and AgentUnavailable.
    """
    session, is_new = _session(new)
    async_to_sync(_agent_started)(session.id, is_new)
    session.refresh_from_db()
    return session, is_new


def settle_session(session_id: str) -> None:
    """Sees to it that an ending session ends; returns at once."""
    async_to_sync(_settle)(session_id)


def _session(new: NewSession) -> tuple[Session, bool]:
    deadline = time.monotonic() + ENDING_PATIENCE
    while True:
        try:
            return sessions.start(new)
        except sessions.StillEnding as error:
            if time.monotonic() > deadline:
                sessions.finish(error.session.id)
        time.sleep(POLL_SECONDS)


async def _agent_started(session_id: str, is_new: bool) -> None:
    if is_new:
        _starting[session_id] = _detached(_start(session_id))
    if task := _starting.get(session_id):
        await asyncio.shield(task)


async def _start(session_id: str) -> None:
    try:
        await runtimes.runtime().start(session_id)
    except BaseException:
        await sync_to_async(sessions.discard)(session_id)
        raise
    finally:
        _starting.pop(session_id, None)


async def _settle(session_id: str) -> None:
    await _detached(runtimes.runtime().settle(session_id))


def _detached(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task that outlives the request: of its context it keeps what log lines share alone.

    asgiref ties threads to a request's context and refuses to work in it once that is over.
    """
    context = Context()
    context.run(structlog.contextvars.bind_contextvars, **structlog.contextvars.get_contextvars())
    return asyncio.get_running_loop().create_task(coroutine, context=context)
