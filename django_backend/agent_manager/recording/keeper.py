"""Brings pieces into the storage, however slow that is, without anybody waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from voice_sessions import steps as record
from voice_sessions.events import ErrorEvent, Message
from voice_sessions.models import Session
from voice_sessions.recordings import ogg, storage
from voice_sessions.recordings.keeping import NewPiece, PieceRefused

T = TypeVar("T")
log = structlog.get_logger(__name__)
MOST_WAITING = 24
"""Pieces, two minutes: of a storage that is away for longer the oldest ones are given up."""
ATTEMPTS = 4
FIRST_PAUSE = 0.5
SAVE_SECONDS = 10.0
NOT_RECORDED = ErrorEvent(
    code="not_recorded",
    message="Some of the sound could not be kept, so the recording has a gap.",
    fatal=False,
)


@dataclass(frozen=True)
class Sound:
    """Encoded sound: packets of 20 ms since `starts_at`, the piece `number` of its agent.

    `peaks` draws it.
    """

    number: int
    starts_at: datetime
    packets: Sequence[bytes]
    peaks: bytes = b""


class Keeper:
    """Keeps the pieces of one agent in order; what is given up is told, and the next one is kept.

    `run` ends by itself when the session has another agent, or was deleted.
    """

    def __init__(self, session: Session, emit: Callable[[Message], None]) -> None:
        self._session_id = session.id
        self._generation = session.generation
        self._emit = emit
        self._waiting: asyncio.Queue[Sound] = asyncio.Queue()
        self._has_told_loss = False
        self._is_refused = False

    def take(self, sound: Sound) -> None:
        """Queues a piece."""
        if self._waiting.qsize() >= MOST_WAITING:
            self._lose(self._waiting.get_nowait(), "queue_full")
            self._waiting.task_done()
        if not self._is_refused:
            self._waiting.put_nowait(sound)

    async def kept(self) -> None:
        """Returns when every piece that was taken so far is kept or given up."""
        await self._waiting.join()

    async def run(self) -> None:
        """Keeps what comes until it is cancelled."""
        while True:
            sound = await self._waiting.get()
            try:
                await self._keep(sound)
            except PieceRefused:
                self._refuse()
            finally:
                self._waiting.task_done()

    def _refuse(self) -> None:
        """What comes of an agent that has a successor is not wanted."""
        self._is_refused = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
            self._waiting.task_done()

    async def _keep(self, sound: Sound) -> None:
        written = ogg.HEAD + ogg.pages(sound.packets)
        key = await self._saved(sound, written)
        if key is None:
            return
        new = NewPiece(
            generation=self._generation,
            number=sound.number,
            starts_at=sound.starts_at,
            packets=len(sound.packets),
            pages=ogg.page_count(sound.packets),
            size=len(written),
            key=key,
            peaks=sound.peaks,
        )
        try:
            await record.patiently(record.keep_piece, self._session_id, new)
        except PieceRefused:
            await self._delete(key)
            raise
        except Exception as error:  # a database that was away for long, or has no room
            self._lose(sound, type(error).__name__)
            await self._delete(key)
        else:
            self._has_told_loss = False

    async def _saved(self, sound: Sound, written: bytes) -> str | None:
        """The key of the object; None when the storage has failed too often."""
        for attempt in range(ATTEMPTS):
            try:
                return await _in_thread(storage.save, self._session_id, written)
            except Exception as error:  # each storage has its own errors
                failure = type(error).__name__
            if attempt + 1 < ATTEMPTS:
                await asyncio.sleep(FIRST_PAUSE * 2**attempt)
        self._lose(sound, failure)
        return None

    async def _delete(self, key: str) -> None:
        """Takes back an object that the record does not know; its session's end takes the rest."""
        try:
            await _in_thread(storage.delete, key)
        except Exception as error:
            log.warning("piece_left_over", error=type(error).__name__)

    def _lose(self, sound: Sound, failure: str) -> None:
        """Gives a piece up and says so, once until one is kept again."""
        log.warning("piece_lost", generation=self._generation, number=sound.number, error=failure)
        if not self._has_told_loss:
            self._has_told_loss = True
            self._emit(NOT_RECORDED)


async def _in_thread(function: Callable[..., T], *arguments: object) -> T:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(SAVE_SECONDS):
        return await loop.run_in_executor(storage.THREADS, function, *arguments)
