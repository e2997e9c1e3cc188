"""What one socket is sent: durable events once and in order, transient ones if it keeps up."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from voice_sessions.events import CaughtUp
from voice_sessions.followers import Follower
from voice_sessions.models import Event

SEND_SECONDS = 10.0

Send = Callable[[str], Awaitable[None]]
Rejoin = Callable[[], Awaitable[None]]


class SocketDropped(Exception):
    """The socket does not take what it is sent."""


@dataclass(frozen=True)
class Waiting:
    """A message that may be lost, and the last event that was announced before it."""

    payload: dict[str, Any]
    after: int


class Pump:
    """Sends a session's events to one socket, with what may be lost in its place among them.

    `wake` and `offer` come from the session's group. Events that nobody announced there show that
    the group has forgotten the socket: `rejoin` subscribes again.
    """

    def __init__(
        self, session_id: str, after: int | None, send: Send, rejoin: Rejoin | None = None
    ) -> None:
        self._follower = Follower(session_id, after)
        self._rejoin = rejoin
        self._send_text = send
        self._waiting: dict[str, Waiting] = {}
        self._settled: set[str] = set()

    @property
    def sent(self) -> int:
        """The number of the last event that the socket was sent."""
        return self._follower.seq

    def wake(self, seq: int) -> None:
        """Says that events up to that number are in the store."""
        self._follower.wake(seq)

    def offer(self, payload: dict[str, Any]) -> None:
        """Sends a transient message when its turn comes; of each kind only the newest waits."""
        key = payload.get("segment", "thinking")
        self._waiting.pop(key, None)
        self._waiting[key] = Waiting(payload, after=self._follower.announced)
        self._follower.wake()

    async def run(self) -> None:
        """Returns after session_ended was sent; raises SocketDropped."""
        await self._catch_up()
        while not self._follower.is_over:
            await self._deliver(is_woken=await self._follower.rest())

    async def _catch_up(self) -> None:
        progress, is_recovered = await self._follower.begin()
        self._settled.update(progress.settled)
        while self._follower.seq < progress.last_seq:
            for event in await self._follower.read():
                await self._send_event(event)
        await self._send(CaughtUp(seq=self._follower.seq, recovered=is_recovered).payload())

    async def _deliver(self, *, is_woken: bool) -> None:
        """Sends what is new, a transient message after the events that were announced before it."""
        while events := await self._follower.read():
            for event in events:
                await self._send_waiting(before=event.seq)
                await self._send_event(event)
            if not is_woken and self._rejoin:
                await self._rejoin()
        if not self._follower.is_over:
            await self._send_waiting()

    async def _send_event(self, event: Event) -> None:
        if event.type == "final":
            self._settled.add(event.segment)
        await self._send(event.message)
        self._follower.passed(event)

    async def _send_waiting(self, *, before: float = math.inf) -> None:
        due = [key for key, message in self._waiting.items() if message.after < before]
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
