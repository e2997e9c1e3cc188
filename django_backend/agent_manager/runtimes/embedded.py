"""The embedded runtime: agents are tasks in the backend's own event loop."""

from __future__ import annotations

import asyncio

import structlog
from agents.steps import agent_of
from common.tasks import Tasks, cancel
from media_server import fixes
from media_server.removal import clear_after
from voice_sessions import steps as record
from voice_sessions.endings import EndReason
from voice_sessions.models import Session

from agent_manager.runtimes.base import AgentUnavailable
from agent_manager.runtimes.finding_out import find_out
from agent_manager.runtimes.finishing import finish_or_leave
from agent_manager.shift.serve import serve

log = structlog.get_logger(__name__)

JOIN_TIMEOUT = 5.0
SETTLE_TIMEOUT = 2.0
SHUTDOWN_TIMEOUT = 2.5


class EmbeddedRuntime:
    """Starts, settles and ends the agents of this process, and owns each of their tasks."""

    def __init__(self) -> None:
        self._agents: dict[str, asyncio.Task[None]] = {}
        self._tasks = Tasks()

    async def open(self) -> None:
        """Mends LiveKit's library, opens connections, finds out whether the STT server streams."""
        fixes.install()
        self._tasks.start(find_out())

    async def start(self, session_id: str) -> None:
        """Returns when the agent is in the room; raises AgentUnavailable after 5 s.

        A caller that hangs up does not cancel the start.
        """
        await asyncio.shield(self._tasks.start(self._start(session_id)))

    async def send_successor(self, session: Session) -> None:
        """Starts the agent of the session's current generation, after the one before has left."""
        if before := self._agents.get(session.id):
            await cancel(before)
        self._launch(session)

    def holds(self, session_id: str) -> bool:
        """Whether the session's agent runs here; a slow database only delays its beats."""
        return session_id in self._agents

    async def settle(self, session_id: str) -> None:
        """Returns at once; a session whose agent does not end it within 2 s is ended here."""
        self._tasks.start(self._settle(session_id))

    async def shutdown(self) -> None:
        """Ends the sessions of this process as `shutdown`; no task of it is left afterwards."""
        agents = dict(self._agents)
        for session_id in agents:
            await record.end(session_id, EndReason.SHUTDOWN)
        if agents:
            await asyncio.wait(agents.values(), timeout=SHUTDOWN_TIMEOUT)
        for session_id in agents:
            await finish_or_leave(session_id)
        await cancel(*agents.values())
        await self._tasks.cancel()

    async def _start(self, session_id: str) -> None:
        session: Session = await record.load(session_id)
        agent, joined = self._launch(session)
        waiter = asyncio.create_task(joined.wait())
        await asyncio.wait({agent, waiter}, timeout=JOIN_TIMEOUT, return_when="FIRST_COMPLETED")
        await cancel(waiter)
        if joined.is_set() or not await record.is_live(session_id, session.generation):
            return
        await cancel(agent)
        raise AgentUnavailable(session_id)

    def _launch(self, session: Session) -> tuple[asyncio.Task[None], asyncio.Event]:
        joined = asyncio.Event()
        agent = asyncio.create_task(self._run(session, joined), name=f"agent {session.id}")
        self._agents[session.id] = agent
        return agent, joined

    async def _run(self, session: Session, joined: asyncio.Event) -> None:
        try:
            await serve(session, await agent_of(session), joined)
        except Exception as error:
            log.warning("agent_not_joined", session_id=session.id, exc_info=error)
        finally:
            if self._agents.get(session.id) is asyncio.current_task():
                del self._agents[session.id]

    async def _settle(self, session_id: str) -> None:
        agent = self._agents.get(session_id)
        if agent is not None:
            await asyncio.wait({agent}, timeout=SETTLE_TIMEOUT)
        await finish_or_leave(session_id)
        if agent is not None:
            await cancel(agent)
        await clear_after(session_id)
