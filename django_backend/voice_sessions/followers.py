"""Reading a session's log after a number, as it grows, for whoever hands it on."""

from __future__ import annotations

import asyncio
import math
from typing import Protocol

from common.together import Together

from . import queries
from .models import Event
from .queries import Progress
from .shared_reads import Wanted, events_after_each
from .steps import patient, step

QUIET_SECONDS = 1.5
RETRY_SECONDS = 1.5
BATCH = 200
TOGETHER = 64
QUERIES_AT_ONCE = 2
"""One query answers so many readers; of each process so many run beside each other."""


class Passed(Protocol):
    """What was handed on: an event, in whatever form."""

    @property
    def seq(self) -> int: ...

    @property
    def type(self) -> str: ...


class Follower:
    """One reader's place in a session's log; `seq` is the number of the last event it has passed.

    Whoever hears of new events wakes it; unwoken it looks by itself every 1.5 s, so a lost wake-up
    delays an event and loses none. It waits while the database is away. A reader that stops and
    begins again at its `seq` gets each event at least once.
    """

    def __init__(self, session_id: str, after: int | None) -> None:
        self.seq = after or 0
        self.announced = 0
        self.is_over = False
        self._session_id = session_id
        self._is_known = after is not None
        self._woken = asyncio.Event()
        self._wants_all = True
        self._looked_at = 0.0

    def wake(self, seq: int = 0) -> None:
        """Ends a rest; events up to that number are in the log."""
        self.announced = max(self.announced, seq)
        self._woken.set()

    async def begin(self) -> tuple[Progress, bool]:
        """Returns how far the log is, and whether it has the place; if not, the place is its start.

        An ended log whose every event was passed before is over at once.
        """
        progress = await _progress(self._session_id)
        is_recovered = self._is_known and self.seq <= progress.last_seq
        if not is_recovered:
            self.seq = 0
        self.is_over = progress.ended and self.seq == progress.last_seq
        self._looked_at = asyncio.get_running_loop().time()
        return progress, is_recovered

    async def begin_at_end(self) -> Progress:
        """Returns how far the log is, which is the place from now on."""
        progress = await _progress(self._session_id)
        self.seq, self.is_over = progress.last_seq, progress.ended
        self._looked_at = asyncio.get_running_loop().time()
        return progress

    async def rest(self) -> bool:
        """Returns True when it was woken, False when nobody has looked into the log for 1.5 s."""
        try:
            async with asyncio.timeout_at(self._looked_at + QUIET_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            self._wants_all = True
        else:
            self._wants_all = False
            self._woken.clear()
        return not self._wants_all

    async def read(self) -> list[Event]:
        """Returns the next events in order, at most 200, and none when it is time to rest.

        After being woken these are those that were announced: others may belong behind something
        that is still on its way. Otherwise they are all that there are.
        """
        if not self._wants_all and self.announced <= self.seq:
            return []
        events = await self.read_up_to(None if self._wants_all else self.announced)
        self._looked_at = asyncio.get_running_loop().time()
        return events

    async def read_up_to(self, seq: int | None) -> list[Event]:
        """Returns the next events in order, up to that number if given, at most 200."""
        return await _events_after(self._session_id, self.seq, seq, BATCH)

    def passed(self, event: Passed) -> None:
        """Moves the place behind an event that was handed on."""
        self.seq = event.seq
        self.is_over = event.type == "session_ended"


_progress = patient(step(queries.progress, executor=None), math.inf, RETRY_SECONDS)
_together = Together(step(events_after_each, executor=None), most=TOGETHER, at_once=QUERIES_AT_ONCE)


async def _asked(session_id: str, seq: int, until: int | None, limit: int) -> list[Event]:
    return await _together.ask(Wanted(session_id, seq, until, limit))


_events_after = patient(_asked, math.inf, RETRY_SECONDS)
