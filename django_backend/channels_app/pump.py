"""What one socket is sent: durable events once and in order, transient ones if it keeps up."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError
from voice_sessions import queries
from voice_sessions.events import CaughtUp
from voice_sessions.models import Event
from voice_sessions.steps import P, T, step

log = structlog.get_logger(__name__)
SEND_SECONDS = 10.0
QUIET_SECONDS = 1.5
BATCH = 200

Send = Callable[[str], Awaitable[None]]
Rejoin = Callable[[], Awaitable[None]]


class SocketDropped(Exception):
    """The socket does not take what it is sent."""


@dataclass(frozen=True)
class Transient:
    """A message that may be lost, and the last event that was announced before it."""

    payload: dict[str, Any]
    after: int


class Pump:
    """Reads a session's events from the store and sends them to one socket.

    Announcements only wake it; without any it looks every 1.5 s, so a lost one loses nothing. What
    it then finds was announced to nobody: `rejoin` subscribes again.
    """

    def __init__(
        self, session_id: str, after: int | None, send: Send, rejoin: Rejoin | None = None
    ) -> None:
        self.sent = after or 0
        self._rejoin = rejoin
        self._session_id = session_id
        self._is_known = after is not None
        self._send_text = send
        self._woken = asyncio.Event()
        self._announced = 0
        self._waiting: dict[str, Transient] = {}
        self._settled: set[str] = set()
        self._is_over = False
        self._looked_at = 0.0

    def wake(self, seq: int) -> None:
        """Events up to that number are in the store."""
        self._announced = max(self._announced, seq)
        self._woken.set()

    def offer(self, payload: dict[str, Any]) -> None:
        """Sends a transient message when its turn comes; of each kind only the newest waits."""
        key = payload.get("segment", "thinking")
        self._waiting.pop(key, None)
        self._waiting[key] = Transient(payload, after=self._announced)
        self._woken.set()

    async def run(self) -> None:
        """Returns after session_ended was sent; raises SocketDropped."""
        await self._catch_up()
        while not self._is_over:
            await self._deliver(is_quiet=await self._rest())

    async def _catch_up(self) -> None:
        progress = await _patiently(_progress, self._session_id)
        is_recovered = self._is_known and self.sent <= progress.last_seq
        if not is_recovered:
            self.sent = 0
        self._settled.update(progress.settled)
        while self.sent < progress.last_seq:
            for event in await _patiently(_events_after, self._session_id, self.sent, None, BATCH):
                await self._send_event(event)
        self._is_over = self._is_over or progress.ended
        self._looked_at = asyncio.get_running_loop().time()
        message = CaughtUp(seq=self.sent, recovered=is_recovered)
        await self._send(message.payload())

    async def _rest(self) -> bool:
        """Waits to be woken; True when the store has not been looked at for QUIET_SECONDS."""
        try:
            async with asyncio.timeout_at(self._looked_at + QUIET_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return True
        self._woken.clear()
        return False

    async def _deliver(self, *, is_quiet: bool) -> None:
        """Sends what is new, a transient message after the events that were announced before it.

        Events that the store has but nobody announced yet wait: a transient one may come first.
        """
        while is_quiet or self._announced > self.sent:
            count = await self._send_stored(None if is_quiet else self._announced)
            if is_quiet and count and self._rejoin:
                await self._rejoin()
            if self._is_over or count == 0 or (is_quiet and count < BATCH):
                break
        if not self._is_over:
            await self._send_waiting()

    async def _send_stored(self, until: int | None) -> int:
        events = await _patiently(_events_after, self._session_id, self.sent, until, BATCH)
        self._looked_at = asyncio.get_running_loop().time()
        for event in events:
            await self._send_waiting(before=event.seq)
            await self._send_event(event)
        return len(events)

    async def _send_event(self, event: Event) -> None:
        if event.type == "final":
            self._settled.add(event.segment)
        await self._send(event.message)
        self.sent = event.seq
        self._is_over = self._is_over or event.type == "session_ended"

    async def _send_waiting(self, *, before: float = math.inf) -> None:
        due = [key for key, transient in self._waiting.items() if transient.after < before]
        for key in due:
            payload = self._waiting.pop(key).payload
            if payload.get("segment") not in self._settled:
                await self._send(payload)

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send_text(json.dumps(message, separators=(",", ":")))
        except (TimeoutError, OSError, RuntimeError) as error:
            raise SocketDropped(type(error).__name__) from error


_progress = step(queries.progress, executor=None)
_events_after = step(queries.events_after, executor=None)


async def _patiently(
    step: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """The step's result; while the database is away it is tried again until the socket ends."""
    while True:
        try:
            return await step(*args, **kwargs)
        except DatabaseError as error:
            log.warning("record_unavailable", error=type(error).__name__)
            await asyncio.sleep(QUIET_SECONDS)
