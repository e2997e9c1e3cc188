"""The one writer of a session's events: it stores or sends what handlers put on its queue."""

from __future__ import annotations

import asyncio
import time

import structlog
from channels_app import broadcast
from django.db import Error as DatabaseError
from django.db import IntegrityError
from django.utils import timezone
from voice_sessions.actions import AppendRefused
from voice_sessions.events import Durable, Interim, Message, SessionStarted, Thinking, timestamp

from . import record

log = structlog.get_logger(__name__)

DATABASE_PATIENCE = 30.0
"""Seconds for which events are kept while the database is away."""
RETRY_DELAY = 0.2


class EventWriter:
    """Stores a session's events in the order in which they were emitted."""

    def __init__(self, session_id: str, generation: int) -> None:
        self._session_id = session_id
        self._generation = generation
        self._queue: asyncio.Queue[Message] = asyncio.Queue()

    def emit(self, message: Message) -> None:
        """Queues a message; safe to call from a library's synchronous handler."""
        self._queue.put_nowait(message)

    async def run(self) -> None:
        """Writes until cancelled; raises AppendRefused when the session is no longer ours."""
        while True:
            message = await self._queue.get()
            try:
                await self._write(message)
            finally:
                self._queue.task_done()

    async def drained(self) -> None:
        """Returns when everything that was emitted so far has been written."""
        await self._queue.join()

    async def _write(self, message: Message) -> None:
        if isinstance(message, Interim | Thinking):
            payload = {**message.payload(), "at": timestamp(timezone.now())}
            await broadcast.send_transient(self._session_id, payload)
            return
        await self._store(message)  # type: ignore[arg-type]

    async def _store(self, message: Durable) -> None:
        deadline = time.monotonic() + DATABASE_PATIENCE
        while True:
            try:
                if isinstance(message, SessionStarted):
                    await record.activate(self._session_id, self._generation)
                else:
                    await record.append(self._session_id, self._generation, message)
                return
            except AppendRefused:
                raise
            except IntegrityError:  # its commit was not told to us: the segment has it already
                log.warning("event_stored_before", kind=type(message).__name__)
                return
            except DatabaseError as error:
                if time.monotonic() > deadline:
                    raise
                log.warning("record_unavailable", error=type(error).__name__)
                await asyncio.sleep(RETRY_DELAY)
