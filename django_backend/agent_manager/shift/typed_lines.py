"""What the person types, from the record into the conversation, as soon as it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

import structlog
from common.tasks import cancel
from django.db import Error as DatabaseError
from voice_sessions import steps as record
from voice_sessions.models import Session
from voice_sessions.refusals import told
from voice_sessions.transcripts import Entry

log = structlog.get_logger(__name__)


class TypedLines:
    """As a context it hands typed lines on in order, each once, all that are there together.

    What the record does not give now is read at the next beat, which tells of it again.
    """

    def __init__(self, session: Session, hand_on: Callable[[list[Entry]], Awaitable[None]]) -> None:
        self._session = session
        self._hand_on = hand_on
        self._taken = 0
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=f"typed lines {self._session.id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self._task)

    def begin_after(self, entries: list[Entry]) -> None:
        """These entries are known already."""
        self._taken = max((entry["seq"] for entry in entries if entry["typed"]), default=0)

    def look(self, typed_seq: int) -> None:
        """The record has typed lines up to that number."""
        if typed_seq > self._taken:
            self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if lines := await self._read():
                self._taken = lines[-1]["seq"]
                await self._take(lines)

    async def _read(self) -> list[Entry]:
        try:
            return await record.typed_after(self._session.id, self._taken)
        except DatabaseError as error:
            log.warning("typed_lines_not_read", **told(error))
            return []

    async def _take(self, lines: list[Entry]) -> None:
        try:
            await self._hand_on(lines)
            log.info("typed_lines_taken", lines=len(lines))
        except RuntimeError as error:  # the conversation is being closed
            log.info("typed_lines_left", lines=len(lines), **told(error))
        except Exception as error:  # one that nobody foresaw must not silence the next line
            log.error("typed_lines_failed", lines=len(lines), **told(error))
