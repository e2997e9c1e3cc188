"""The dispatch runtime: LiveKit sends the agents of sessions to workers, on whatever host."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

import structlog
from common.tasks import Tasks
from media_server.dispatches import create_dispatch, delete_dispatches
from media_server.errors import LIVEKIT_ERRORS
from media_server.names import livekit_room_name
from media_server.participants import remove_participant
from media_server.removal import clear_after
from voice_sessions import steps as record
from voice_sessions.models import Session

from agent_manager.runtimes.base import AgentUnavailable
from agent_manager.runtimes.finishing import finish_or_leave

log = structlog.get_logger(__name__)
SETTLE_TIMEOUT = 2.0
SETTLE_CHECK = 0.1


@dataclass(frozen=True)
class Assignment:
    """What a dispatch tells a worker: the session, which of its agents it is, who asked for it."""

    session_id: str
    generation: int
    request_id: str = ""

    def to_json(self) -> str:
        """The metadata of the dispatch."""
        fields = {"session": self.session_id, "generation": self.generation}
        return json.dumps({**fields, "request": self.request_id})

    @classmethod
    def from_json(cls, metadata: str) -> Assignment:
        """Reads a dispatch's metadata; ValueError when it is not one of ours."""
        try:
            found = json.loads(metadata)
            return cls(str(found["session"]), int(found["generation"]), str(found["request"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no assignment: {error!r}") from error


class DispatchRuntime:
    """Creates the dispatch of each session's agent, and owns the tasks that settle sessions."""

    def __init__(self) -> None:
        self._tasks = Tasks()

    async def open(self) -> None:
        """Nothing to take up: workers run the agents."""

    async def start(self, session_id: str) -> None:
        """Returns when LiveKit has accepted the dispatch; raises AgentUnavailable."""
        session: Session = await record.load(session_id)
        try:
            await _dispatch(session)
        except LIVEKIT_ERRORS as error:
            log.warning("dispatch_refused", session_id=session_id, error=type(error).__name__)
            raise AgentUnavailable(session_id) from error

    async def send_successor(self, session: Session) -> None:
        """Dispatches the agent of the session's current generation."""
        try:
            await _dispatch(session)
        except LIVEKIT_ERRORS as error:
            log.warning("dispatch_refused", session_id=session.id, error=type(error).__name__)

    def holds(self, session_id: str) -> bool:
        """Never: agents run elsewhere."""
        return False

    async def settle(self, session_id: str) -> None:
        """Returns at once; a session whose agent does not end it within 2 s is ended here."""
        self._tasks.start(_settle(session_id))

    async def shutdown(self) -> None:
        """Leaves every session to the workers and the other backends."""
        await self._tasks.cancel()


async def _dispatch(session: Session) -> None:
    room = livekit_room_name(session.visitor, session.room)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    assignment = Assignment(session.id, session.generation, request_id)
    await create_dispatch(room, assignment.to_json())
    log.info("agent_dispatched", session_id=session.id, generation=session.generation)


async def _settle(session_id: str) -> None:
    deadline = time.monotonic() + SETTLE_TIMEOUT
    while not await record.has_ended(session_id):
        if time.monotonic() > deadline:
            await finish_or_leave(session_id)
            break
        await asyncio.sleep(SETTLE_CHECK)
    session: Session = await record.load(session_id)
    room = livekit_room_name(session.visitor, session.room)

    def is_of_session(metadata: str) -> bool:
        """A dispatch of the visitor's next session in that room stays."""
        return Assignment.from_json(metadata).session_id == session_id

    try:
        await remove_participant(room, session.livekit_agent_identity)
        await delete_dispatches(room, is_of_session)
    except LIVEKIT_ERRORS as error:
        log.info("agent_not_removed", session_id=session_id, error=type(error).__name__)
    await clear_after(session_id)
