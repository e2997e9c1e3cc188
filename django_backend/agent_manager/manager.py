"""The door to the agents: one agent for all who ask for a session, also when one hangs up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextvars import Context
from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone
from media_server import removal
from media_server.errors import LIVEKIT_ERRORS
from voice_sessions import queries
from voice_sessions.actions import sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.models import Session
from voice_sessions.refusals import told
from voice_sessions.steps import step

from agent_manager.runtimes import choice as runtimes

log = structlog.get_logger(__name__)
ENDING_PATIENCE = 2.0
POLL_SECONDS = 0.05


class NotEnded(Exception):
    """The session is not over, and nothing could be done about that now."""


class AgentManager:
    """Starts sessions with their agents and sees to it that they end; one in each process.

    Its methods are called from threads.
    """

    def __init__(self) -> None:
        self._starting: dict[str, asyncio.Task[None]] = {}

    def make_way(self, visitor: str, room: str, identity: str) -> int:
        """Returns how many sessions of the room are over; whoever came for those is out of it.

        Raises RoomInUse where one goes on under another identity. A media server that is away is
        not waited for.
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

    def start(self, new: NewSession) -> tuple[Session, bool]:
        """Returns the visitor's session in the room, its agent joined, and whether it is new.

        Raises what sessions.start raises, but StillEnding, and AgentUnavailable and NotEnded.
        """
        session, is_new = _session(new)
        async_to_sync(self._agent_started)(session.id, is_new)
        session.refresh_from_db()
        return session, is_new

    async def begin(self, new: NewSession) -> tuple[Session, bool]:
        """The same as `start`, for coroutines."""
        session, is_new = await _session_in_thread(new)
        await self._agent_started(session.id, is_new)
        return session, is_new

    def stop(self, session: Session) -> None:
        """Ends the session as stopped; its agent gets the time to settle what is open.

        One that should have been over for long is over when this returns. Raises NotEnded.
        """
        sessions.end(session.id, EndReason.STOPPED)
        if _is_overdue(session):
            _finish(session.id)
        async_to_sync(_settle)(session.id)

    async def _agent_started(self, session_id: str, is_new: bool) -> None:
        if is_new:
            self._starting[session_id] = _detached(self._start_agent(session_id))
        if task := self._starting.get(session_id):
            await asyncio.shield(task)

    async def _start_agent(self, session_id: str) -> None:
        """A start that fails, however it does, leaves a session that has ended and is hidden."""
        try:
            await runtimes.runtime().start(session_id)
        except BaseException:
            await sync_to_async(sessions.discard)(session_id)
            raise
        finally:
            self._starting.pop(session_id, None)


def _is_overdue(session: Session) -> bool:
    patience = timedelta(seconds=ENDING_PATIENCE)
    return session.ending_at is not None and session.ending_at < timezone.now() - patience


def _finish(session_id: str) -> None:
    try:
        sessions.finish(session_id)
    except Exception as error:
        log.error("session_not_ended", session_id=session_id, **told(error))
        raise NotEnded(session_id) from error


@cache
def manager() -> AgentManager:
    """The process's AgentManager."""
    return AgentManager()


def _session(new: NewSession) -> tuple[Session, bool]:
    deadline = time.monotonic() + ENDING_PATIENCE
    while True:
        try:
            return sessions.start(new)
        except sessions.StillEnding as error:
            if time.monotonic() > deadline:
                _finish(error.session.id)
        time.sleep(POLL_SECONDS)


_session_in_thread = step(_session)


async def _settle(session_id: str) -> None:
    await _detached(runtimes.runtime().settle(session_id))


def _detached(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task that outlives the request: of its context it keeps only what log lines share.

    asgiref ties threads to a request's context and refuses to work in it once that is over.
    """
    context = Context()
    context.run(structlog.contextvars.bind_contextvars, **structlog.contextvars.get_contextvars())
    return asyncio.get_running_loop().create_task(coroutine, context=context)
