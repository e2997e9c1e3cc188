"""What is done about a session whose agent is missing, and about what is left over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog
from media_server import rooms
from media_server.errors import LIVEKIT_ERRORS
from media_server.names import livekit_room_name
from media_server.participants import remove_participant
from media_server.removal import PeopleSweep
from voice_sessions import steps as record
from voice_sessions.endings import EndReason
from voice_sessions.models import Session

from agent_manager.joining import Joining
from agent_manager.runtimes.base import Runtime

log = structlog.get_logger(__name__)
MAX_RECOVERIES = 3
PATIENCE_WITH_LIVEKIT = 60.0
REMOVE_SECONDS = 2.0
"""For which the next agent waits at most until the one before it is out of the room."""
MISSING_FOR = 6.0
"""Seconds out of its room after which an agent that beats is lost: LiveKit tries again every 5."""
EMPTY_FOR = 3.0
"""Seconds after which an empty room of ours without a session is deleted."""
LOST_TOO_OFTEN = "The agent was lost too often, so the session had to end."
NOBODY_CAME = "No agent came. Try again in a moment."


class Recovery:
    """Acts on verdicts. Each action may be repeated, and of two that race one has an effect."""

    def __init__(self, runtime: Runtime, clock: Callable[[], float] = time.monotonic) -> None:
        self._runtime = runtime
        self._clock = clock
        self._person_missing: dict[str, tuple[tuple[int, int], float]] = {}
        self._unanswered_since: dict[str, float] = {}
        self._empty_since: dict[str, float] = {}
        self._last_plan = rooms.Plan()
        self._people = PeopleSweep(clock)
        self._joining = Joining()
        self._missing_since: dict[tuple[str, int], float] = {}

    async def aclose(self) -> None:
        """Returns when nothing of it goes on."""
        await self._joining.aclose()

    async def finish(self, session: Session) -> None:
        """Ends a session whose agent did not do so in time."""
        await record.finish(session.id)
        await remove_participant(_room(session), session.livekit_agent_identity)

    async def ask_again(self, session: Session) -> None:
        """Asks once more for an agent that nobody took up."""
        fresh: Session = await record.load(session.id)
        if fresh.generation == session.generation and not fresh.beats:
            await self._runtime.send_successor(fresh)

    async def give_up_waiting(self, session: Session) -> None:
        """Ends a session to which no agent came at all; a later agent is asked for anew."""
        fresh: Session = await record.load(session.id)
        if fresh.generation != session.generation or fresh.beats:
            return
        if session.generation > 1:
            await self.replace(session)
            return
        await record.hide(session.id)
        await self._fail(session, "agent_absent", NOBODY_CAME)
        await self._runtime.settle(session.id)

    async def replace(self, session: Session) -> None:
        """Gives the session another agent if its person is there; `left` once they stay away."""
        try:
            view = await rooms.look_at(_room(session))
        except LIVEKIT_ERRORS:
            since = self._unanswered_since.setdefault(session.id, self._clock())
            if self._clock() - since >= PATIENCE_WITH_LIVEKIT:
                await self._fail(session, "agent_lost_for_good", LOST_TOO_OFTEN)
            raise
        self._unanswered_since.pop(session.id, None)
        if view and session.identity in view.people:
            self._person_missing.pop(session.id, None)
            await self._succeed(session)
        elif self._clock() - self._person_left(session) >= session.grace_seconds:
            await record.end(session.id, EndReason.LEFT, session.generation)
            await record.finish(session.id)

    async def sweep(self, sessions: list[Session]) -> set[tuple[str, int]]:
        """Starts what people have joined for, and puts out who has to leave.

        What was left over at the last sweep already is taken away.

        Returns the agents (session id, generation) that beat but have been out of their rooms for
        a while, although their persons are there.
        """
        live = {_room(session): session for session in sessions}
        ours = {(s.visitor, s.room) for s in [*sessions, *await record.ended_lately()]}
        views = await rooms.look({livekit_room_name(*pair) for pair in ours})
        self._joining.look(views, set(live))
        await self._people.sweep(views, ours, set(live))
        agents = {room: session.livekit_agent_identity for room, session in live.items()}
        found, before = rooms.plan(views, agents, set(live)), self._last_plan
        self._last_plan = found
        going = found.also_in(before)
        going.rooms = self._long_empty(found.rooms)
        await rooms.take_away(going)
        self._forget_all_but(sessions)
        missing = {
            (session.id, session.generation)
            for room, session in live.items()
            if session.beats > 1 and (view := views.get(room))
            if session.identity in view.people and not view.agents
        }
        now = self._clock()
        self._missing_since = {agent: self._missing_since.get(agent, now) for agent in missing}
        return {agent for agent, since in self._missing_since.items() if now - since >= MISSING_FOR}

    def _person_left(self, session: Session) -> float:
        """Since when the person is away in this silence of the agent; earlier does not count."""
        silence = (session.generation, session.beats)
        known = self._person_missing.get(session.id)
        if known is None or known[0] != silence:
            known = self._person_missing[session.id] = (silence, self._clock())
        return known[1]

    def _long_empty(self, empty: set[str]) -> set[str]:
        """Which of the rooms have been empty for a while: somebody may just be entering one."""
        now = self._clock()
        self._empty_since = {room: self._empty_since.get(room, now) for room in empty}
        return {room for room, since in self._empty_since.items() if now - since >= EMPTY_FOR}

    def _forget_all_but(self, sessions: list[Session]) -> None:
        ids = {session.id for session in sessions}
        for known in (self._person_missing, self._unanswered_since):
            for gone in known.keys() - ids:
                del known[gone]

    async def _succeed(self, session: Session) -> None:
        is_lost = not session.is_moving
        if is_lost and session.recoveries >= MAX_RECOVERIES:
            await self._fail(session, "agent_lost_for_good", LOST_TOO_OFTEN)
            return
        successor = await record.replace(session.id, session.generation, lost=is_lost)
        if successor is None:
            return
        try:
            async with asyncio.timeout(REMOVE_SECONDS):
                await remove_participant(_room(session), session.livekit_agent_identity)
        except LIVEKIT_ERRORS as error:
            log.warning("old_agent_not_removed", session_id=session.id, error=type(error).__name__)
        await self._runtime.send_successor(successor)

    async def _fail(self, session: Session, code: str, sentence: str) -> None:
        log.error("session_given_up", session_id=session.id, code=code)
        await record.fail(session.id, session.generation, code, sentence)
        await record.finish(session.id)


def _room(session: Session) -> str:
    return livekit_room_name(session.visitor, session.room)
