"""The embedded runtime: agents are tasks in the backend's own event loop."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from voice_sessions.models import EndReason, Session

from . import pipeline, record
from .agent import converse
from .runtimes import AgentUnavailable

log = structlog.get_logger(__name__)

JOIN_TIMEOUT = 5.0
SETTLE_TIMEOUT = 2.0
SHUTDOWN_TIMEOUT = 2.5


class AgentManager:
    """Starts, settles and ends the agents of this process, and owns each of their tasks."""

    def __init__(self) -> None:
        self._agents: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Ends what an earlier process left and asks the STT server whether it streams."""
        abandoned = await record.end_abandoned()
        if abandoned:
            log.warning("abandoned_sessions_ended", count=len(abandoned))
        self._own(self._probe())

    async def start(self, session_id: str) -> None:
        """Returns when the agent is in the room; raises AgentUnavailable after 5 s.

        A caller that hangs up does not cancel the start.
        """
        await asyncio.shield(self._own(self._start(session_id)))

    async def settle(self, session_id: str) -> None:
        """Returns at once; a session whose agent does not end it within 2 s is ended here."""
        self._own(self._settle(session_id))

    async def shutdown(self) -> None:
        """Ends the sessions of this process as `shutdown`; no task of it is left afterwards."""
        agents = dict(self._agents)
        for session_id in agents:
            await record.end(session_id, EndReason.SHUTDOWN)
        if agents:
            await asyncio.wait(agents.values(), timeout=SHUTDOWN_TIMEOUT)
        for session_id in agents:
            await record.finish(session_id)
        await _cancel(*agents.values())
        await _cancel(*self._tasks)

    async def _start(self, session_id: str) -> None:
        session: Session = await record.load(session_id)
        joined = asyncio.Event()
        agent = asyncio.create_task(self._run(session, joined), name=f"agent {session_id}")
        self._agents[session_id] = agent
        waiter = asyncio.create_task(joined.wait())
        await asyncio.wait({agent, waiter}, timeout=JOIN_TIMEOUT, return_when="FIRST_COMPLETED")
        await _cancel(waiter)
        if joined.is_set() or not await record.is_live(session_id, session.generation):
            return
        await _cancel(agent)
        await record.discard(session_id)
        raise AgentUnavailable(session_id)

    async def _run(self, session: Session, joined: asyncio.Event) -> None:
        structlog.contextvars.bind_contextvars(session_id=session.id)
        try:
            await converse(session, joined)
        except Exception as error:
            if joined.is_set():
                log.exception("agent_failed", generation=session.generation)
                await self._fail(session)
            else:
                log.warning("agent_not_joined", exc_info=error)
        finally:
            self._agents.pop(session.id, None)

    async def _fail(self, session: Session) -> None:
        sentence = "The agent failed and had to leave. Start again to go on."
        await record.fail(session.id, session.generation, "agent_failed", sentence)
        await record.finish(session.id)

    async def _settle(self, session_id: str) -> None:
        agent = self._agents.get(session_id)
        if agent is not None:
            await asyncio.wait({agent}, timeout=SETTLE_TIMEOUT)
        await record.finish(session_id)
        if agent is not None:
            await _cancel(agent)

    async def _probe(self) -> None:
        await asyncio.to_thread(pipeline.warm)
        await pipeline.stt_streams()

    def _own(self, coroutine: object) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(coroutine)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _cancel(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
