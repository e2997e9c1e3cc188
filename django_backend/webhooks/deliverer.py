"""Delivers messages to webhooks, in each backend: what is due is claimed, sent and settled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import structlog
from common.diagnostics import place
from common.tasks import Tasks
from django.db import Error as DatabaseError
from vault.sealing import Unreadable
from voice_sessions import steps as record
from voice_sessions.refusals import told
from wakeups.groups import DELIVERIES
from wakeups.listening import Inbox, listening
from wakeups.messages import DeliveriesDue

from webhooks import steps
from webhooks.changes import MOST_WEBHOOKS
from webhooks.claims import Claim, Outcome
from webhooks.models import Reason
from webhooks.payloads import NothingToTell
from webhooks.sending import send

log = structlog.get_logger(__name__)
PER_HOST = 2
AT_ONCE = PER_HOST * MOST_WEBHOOKS
"""So many that receivers which are all slow but one leave that one its own places."""
QUIET_SECONDS = 2.0
SWEEP_EVERY = 60.0


class Deliverer:
    """What delivers in this process; `run` ends only when it is cancelled.

    Whoever writes a message wakes it; unwoken it looks every 2 s, so a lost wake-up delays a
    message and loses none. An attempt that is cancelled is made again when its claim has ended.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tasks = Tasks()
        self._sent_to: Counter[str] = Counter()
        self._sweep_due = 0.0

    async def run(self) -> None:
        """Delivers until cancelled."""
        async with listening(DELIVERIES) as inbox:
            try:
                while True:
                    await self._guarded_look(inbox)
                    await inbox.read(QUIET_SECONDS)
            finally:
                await self._tasks.cancel()

    async def _guarded_look(self, inbox: Inbox) -> None:
        try:
            await self._look(inbox)
        except DatabaseError as error:
            log.warning("record_unavailable", error=type(error).__name__)
        except Exception as error:
            log.error("deliveries_failed", **told(error), at=place(error))

    async def _look(self, inbox: Inbox) -> None:
        """Begins what is due and has a place."""
        if self._clock() >= self._sweep_due:
            self._sweep_due = self._clock() + SWEEP_EVERY
            await steps.sweep()
        while places := AT_ONCE - self._sent_to.total():
            claimed = await steps.claim(places, self._sent_to, PER_HOST)
            if not claimed:
                return
            for claim in claimed:
                self._sent_to[claim.host] += 1
                self._tasks.start(self._deliver(claim, inbox))

    async def _deliver(self, claim: Claim, inbox: Inbox) -> None:
        try:
            await self._attempt(claim)
        except DatabaseError as error:
            log.warning("record_unavailable", error=type(error).__name__)
        except Exception as error:
            log.error("delivery_failed", message=claim.message_id, **told(error), at=place(error))
        finally:
            self._sent_to[claim.host] -= 1
            inbox.put(DeliveriesDue(type="deliveries.due"))

    async def _attempt(self, claim: Claim) -> None:
        try:
            message = await steps.letter(claim)
        except NothingToTell:
            await steps.drop(claim)
        except Unreadable:
            await self._settle(claim, Outcome(reason=Reason.SECRET))
        else:
            await self._settle(claim, await send(message))

    async def _settle(self, claim: Claim, outcome: Outcome) -> None:
        """Stores the outcome also where the database is away for a moment."""
        await record.patiently(steps.settle, claim, outcome)
