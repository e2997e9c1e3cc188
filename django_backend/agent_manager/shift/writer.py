"""The one writer of a session's events: it stores or sends what handlers put on its queue."""

from __future__ import annotations

import asyncio
import secrets
from typing import Self

import structlog
from common.tasks import cancel
from django.db import IntegrityError
from django.utils import timezone
from voice_sessions import steps as record
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.events import (
    Durable,
    ErrorEvent,
    Final,
    Interim,
    Message,
    OpenWords,
    SessionStarted,
    Thinking,
    timestamp,
)
from voice_sessions.refusals import is_refusal, told
from wakeups import wake

log = structlog.get_logger(__name__)
NOT_KEPT = ErrorEvent(
    code="not_kept", message="Something that was said could not be kept in the record.", fatal=False
)


class EventWriter:
    """Stores a session's events in the order in which they were emitted.

    As a context it writes in `task`; that ends only by raising AppendRefused, when the session is
    no longer ours, or what a database raises that is away for too long. A message that can be
    stored nowhere is left out. At its end it logs how many events were stored.
    """

    task: asyncio.Task[None]

    def __init__(self, session_id: str, generation: int) -> None:
        self._session_id = session_id
        self._generation = generation
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._finals: dict[str, Final] = {}
        self._taken = 0
        self._stored = 0
        self._is_refused = False
        self._has_told_loss = False

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.run(), name=f"writer {self._session_id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self.task)
        self._account()

    @property
    def progress(self) -> list[OpenWords]:
        """The words that are settled and not stored yet: who dies now would take them along."""
        return [
            OpenWords(segment=final.segment, role=final.role, text=final.text)
            for final in self._finals.values()
        ]

    def emit(self, message: Message) -> None:
        """Queues a message; safe to call from a library's synchronous handler."""
        if isinstance(message, Final):
            self._finals[message.segment] = message
        self._taken += not isinstance(message, Interim | Thinking)
        self._queue.put_nowait(message)

    async def run(self) -> None:
        """Writes until cancelled; raises AppendRefused when the session is no longer ours."""
        while True:
            message = await self._queue.get()
            try:
                await self._write_if_possible(message)
            except AppendRefused:
                self._is_refused = True
                raise
            finally:
                self._queue.task_done()

    async def drained(self) -> None:
        """Returns when everything that was emitted so far has been written."""
        await self._queue.join()

    def _account(self) -> None:
        """Events that were not stored are lost, unless the record was closed and refused them."""
        is_complete = self._is_refused or self._stored == self._taken
        tell = log.info if is_complete else log.warning
        tell(
            "record_written",
            generation=self._generation,
            taken=self._taken,
            stored=self._stored,
            refused=self._is_refused,
        )

    async def _write_if_possible(self, message: Message) -> None:
        try:
            await self._write(message)
        except AppendRefused:
            raise
        except Exception as error:
            if not is_refusal(error):
                raise
            self._leave_out(message, error)

    def _leave_out(self, message: Message, error: Exception) -> None:
        """Gives a message up and says so, once until something is stored again."""
        log.error("message_left_out", kind=type(message).__name__, **told(error))
        if isinstance(message, Final):
            self._finals.pop(message.segment, None)
        if not isinstance(message, ErrorEvent | Interim | Thinking) and not self._has_told_loss:
            self._has_told_loss = True
            self.emit(NOT_KEPT)

    async def _write(self, message: Message) -> None:
        if isinstance(message, Interim | Thinking):
            payload = {**message.payload(), "at": timestamp(timezone.now())}
            await wake.transient(self._session_id, payload)
            return
        await self._store(message)  # type: ignore[arg-type]
        self._stored += 1
        self._has_told_loss &= isinstance(message, ErrorEvent)
        if isinstance(message, Final):
            self._finals.pop(message.segment, None)

    async def _store(self, message: Durable) -> None:
        key = secrets.token_urlsafe(9) if isinstance(message, ErrorEvent) else ""
        try:
            if isinstance(message, SessionStarted):
                await record.patiently(record.activate, self._session_id, self._generation)
            else:
                await record.patiently(
                    record.append, self._session_id, self._generation, message, key
                )
        except IntegrityError:  # its commit was not told to us: the segment has it already
            log.warning("event_stored_before", kind=type(message).__name__)
