"""Watches over all sessions: agents that are lost are succeeded, what is left over goes away.

Every backend watches; the one that holds the lease in the database acts. Webhooks and hints of
agents only make it look sooner: what it does follows from the record and the rooms.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from common.diagnostics import place
from common.tasks import Tasks
from django.db import Error as DatabaseError
from media_server.errors import LIVEKIT_ERRORS
from voice_sessions import steps as record
from voice_sessions.models import Session, State
from voice_sessions.refusals import is_refusal, told
from wakeups.groups import SUPERVISORS
from wakeups.listening import listening
from wakeups.messages import Message

from agent_manager.runtimes.base import Runtime
from agent_manager.supervision.patience import Patience
from agent_manager.supervision.recovery import Recovery
from agent_manager.supervision.verdicts import Verdict, Watch

log = structlog.get_logger(__name__)
LEASE = "supervisor"
SWEEP = "sweep"
ERASED = "erased"
RECORDINGS = "recordings"
LOOK = "look"
OF_NO_SESSION = (SWEEP, ERASED, RECORDINGS, LOOK)
GIVES_UP_AFTER = 5
"""Failures in a row, over some 15 s, after which a session is ended however that is possible."""
TICK = 0.5
SWEEP_EVERY = 3.0


class Supervisor:
    """One of the processes that watch; `run` ends only when it is cancelled."""

    def __init__(self, runtime: Runtime, clock: Callable[[], float] = time.monotonic) -> None:
        self._runtime = runtime
        self._clock = clock
        self._name = secrets.token_urlsafe(12)
        self._watch = Watch()
        self._recovery = Recovery(runtime, clock)
        self._patience = Patience()
        self._tasks = Tasks()
        self._busy: set[str] = set()
        self._gone: set[tuple[str, int]] = set()
        self._sweep_due = 0.0

    async def run(self) -> None:
        """Watches until cancelled, then gives the lease up."""
        try:
            async with listening(SUPERVISORS) as inbox:
                while True:
                    await self._guarded_tick()
                    self._hear(await inbox.read(TICK))
        finally:
            await self._tasks.cancel()
            await self._recovery.aclose()
            with contextlib.suppress(DatabaseError):
                await record.release_lease(LEASE, self._name)

    async def tick(self) -> None:
        """Looks once; acts where this process holds the lease."""
        try:
            sessions: list[Session] = await record.not_ended()
        except DatabaseError:
            self._watch.could_not_look()
            raise
        now = self._clock()
        verdicts = self._watch.look(sessions, now)
        self._patience.forget_all_but([*OF_NO_SESSION, *verdicts])
        gone, self._gone = self._gone, set()
        if not await record.hold_lease(LEASE, self._name):
            return
        for session in sessions:
            verdict = verdicts[session.id]
            if verdict is Verdict.DEAD and self._runtime.holds(session.id):
                verdict = Verdict.FINE
            if (session.id, session.generation) in gone and session.state != State.ENDING:
                verdict = Verdict.DEAD
            if verdict is not Verdict.FINE:
                self._start(session.id, self._action(verdict)(session))
        if now >= self._sweep_due and SWEEP not in self._busy:
            self._sweep_due = now + SWEEP_EVERY
            self._start(SWEEP, self._sweep(sessions))
            self._start(ERASED, record.sweep_erased())
            self._start(RECORDINGS, record.sweep_recordings())

    async def _guarded_tick(self) -> None:
        if not self._patience.may_try(LOOK, self._clock()):
            return
        try:
            await self.tick()
        except DatabaseError as error:
            log.warning("record_unavailable", error=type(error).__name__)
        except Exception as error:
            self._failed(LOOK, error)
        else:
            self._patience.worked(LOOK)

    def _action(self, verdict: Verdict) -> Callable[[Session], Coroutine[Any, Any, None]]:
        return {
            Verdict.OVERDUE: self._recovery.finish,
            Verdict.UNCLAIMED: self._recovery.ask_again,
            Verdict.ABSENT: self._recovery.give_up_waiting,
            Verdict.DEAD: self._recovery.replace,
        }[verdict]

    async def _sweep(self, sessions: list[Session]) -> None:
        self._gone |= await self._recovery.sweep(sessions)

    def _start(self, subject: str, action: Coroutine[Any, Any, None]) -> None:
        """Runs an action beside the ticks, unless one on the same subject still runs or pauses."""
        if subject in self._busy or not self._patience.may_try(subject, self._clock()):
            action.close()
            return
        self._busy.add(subject)
        self._tasks.start(self._guarded(subject, action))

    async def _guarded(self, subject: str, action: Coroutine[Any, Any, None]) -> None:
        try:
            await action
        except Exception as error:
            if isinstance(error, (DatabaseError, *LIVEKIT_ERRORS)) and not is_refusal(error):
                log.warning("supervision_delayed", subject=subject, error=type(error).__name__)
            elif self._failed(subject, error) >= GIVES_UP_AFTER and subject not in OF_NO_SESSION:
                await self._give_up(subject)
        else:
            self._patience.worked(subject)
        finally:
            self._busy.discard(subject)

    def _failed(self, subject: str, error: Exception) -> int:
        """Says where it failed and not how, which may quote words; returns how often in a row."""
        count = self._patience.failed(subject, self._clock())
        log.error(
            "supervision_failed", subject=subject, count=count, **told(error), at=place(error)
        )
        return count

    async def _give_up(self, session_id: str) -> None:
        """Ends a session about which nothing else can be done: its seat is free again."""
        log.error("session_given_up", session_id=session_id)
        try:
            await record.close(session_id)
            await self._runtime.settle(session_id)
        except Exception as error:
            log.error("session_not_closed", session_id=session_id, **told(error))

    def _hear(self, messages: Sequence[Message]) -> None:
        """Takes hints: each makes the next look a whole one."""
        for message in messages:
            if message["type"] == "agent.gone":
                self._gone.add((message["session_id"], message["generation"]))
            self._sweep_due = 0.0
