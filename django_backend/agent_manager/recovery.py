"""What is done about a session whose agent is missing, and about what is left over."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from voice_sessions.models import EndReason, Session

from . import record, rooms
from .dispatch import LIVEKIT_ERRORS
from .livekit_utils import livekit_room_name, remove_participant
from .runtimes import Runtime

log = structlog.get_logger(__name__)
MAX_RECOVERIES = 3
PATIENCE_WITH_LIVEKIT = 60.0
LOST_TOO_OFTEN = "The agent was lost too often, so the session had to end."
NOBODY_CAME = "No agent came. Try again in a moment."


class Recovery:
    """Acts on verdicts. Each action may be repeated, and of two that race one has an effect."""

    def __init__(self, runtime: Runtime, clock: Callable[[], float] = time.monotonic) -> None:
        self._runtime = runtime
        self._clock = clock
        self._person_missing: dict[str, float] = {}
        self._last_plan = rooms.Plan()
        self._last_missing: set[tuple[str, int]] = set()

    async def finish(self, session: Session) -> None:
        """Ends a session whose agent did not do so in time."""
        await record.finish(session.id)
        await remove_participant(_room(session), session.livekit_agent_identity)

    async def ask_again(self, session: Session) -> None:
        """Asks once more for an agent that nobody took up."""
        await self._runtime.succeed(session)

    async def give_up_waiting(self, session: Session) -> None:
        """Ends a session to which no agent came at all; a later agent is asked for anew."""
        if session.generation == 1:
            await self._fail(session, "agent_absent", NOBODY_CAME)
        else:
            await self._succeed(session)

    async def replace(self, session: Session) -> None:
        """Gives the session another agent if its person is there; `left` once they stay away."""
        room = _room(session)
        since = self._person_missing.setdefault(session.id, self._clock())
        away_for = self._clock() - since
        try:
            view = (await rooms.look([room])).get(room)
        except LIVEKIT_ERRORS:
            if away_for >= PATIENCE_WITH_LIVEKIT:
                await self._fail(session, "agent_lost_for_good", LOST_TOO_OFTEN)
            raise
        if view and session.identity in view.people:
            del self._person_missing[session.id]
            await self._succeed(session)
        elif away_for >= settings.SESSION_GRACE_SECONDS:
            del self._person_missing[session.id]
            await record.end(session.id, EndReason.LEFT)
            await record.finish(session.id)

    async def sweep(self, sessions: list[Session]) -> set[tuple[str, int]]:
        """Takes away what was left over at the last sweep already.

        Returns the agents (session id, generation) that beat but were in their rooms neither now
        nor then, although their persons are there.
        """
        live = {_room(session): session for session in sessions}
        names = set(live) | {_room(session) for session in await record.ended_lately()}
        views = await rooms.look(names)
        agents = {room: session.livekit_agent_identity for room, session in live.items()}
        found, before = rooms.plan(views, agents, set(live)), self._last_plan
        self._last_plan = found
        await rooms.take_away(found.also_in(before))
        missing = {
            (session.id, session.generation)
            for room, session in live.items()
            if session.beats > 1 and (view := views.get(room))
            if session.identity in view.people and not view.agents
        }
        twice, self._last_missing = missing & self._last_missing, missing
        return twice

    async def _succeed(self, session: Session) -> None:
        is_lost = not session.is_moving
        if is_lost and session.recoveries >= MAX_RECOVERIES:
            await self._fail(session, "agent_lost_for_good", LOST_TOO_OFTEN)
            return
        successor = await record.replace(session.id, session.generation, lost=is_lost)
        if successor is None:
            return
        try:
            await remove_participant(_room(session), session.livekit_agent_identity)
        except LIVEKIT_ERRORS as error:
            log.warning("old_agent_not_removed", error=type(error).__name__)
        await self._runtime.succeed(successor)

    async def _fail(self, session: Session, code: str, sentence: str) -> None:
        log.error("session_given_up", session_id=session.id, code=code)
        await record.fail(session.id, session.generation, code, sentence)
        await record.finish(session.id)


def _room(session: Session) -> str:
    return livekit_room_name(session.visitor, session.room)
