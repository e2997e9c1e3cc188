"""What one socket is sent: durable events once and in order, transient ones if it keeps up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from voice_sessions.events import CaughtUp
from voice_sessions.followers import Follower

from .reading import Reading, ReadingFailed
from .wire import Told, Transient, encoded, told

SEND_SECONDS = 10.0
OTHERS_SECONDS = 1.0
MOST_WAITING = 64
"""Transient messages of so many segments wait for a socket; of more the oldest are lost."""

Send = Callable[[str], Awaitable[None]]


class SocketDropped(Exception):
    """The socket does not take what it is sent."""


class Pump:
    """Sends a session's events to one socket, with what may be lost in its place among them.

    Events come from the session's reading while that still keeps the one after the socket's place.
    A socket that has not come so far, or has fallen behind, reads the record by itself.
    """

    def __init__(self, reading: Reading, after: int | None, send: Send) -> None:
        self._reading = reading
        self._follower = Follower(reading.session_id, after)
        self._send_text = send
        self._waiting: dict[str, Transient] = {}
        self._woken = asyncio.Event()

    @property
    def sent(self) -> int:
        """The number of the last event that the socket was sent."""
        return self._follower.seq

    def wake(self) -> None:
        """Says that the reading has something new."""
        self._woken.set()

    def offer(self, message: Transient) -> None:
        """Sends a transient message when its turn comes; of each kind only the newest waits."""
        self._waiting.pop(message.kind, None)
        self._waiting[message.kind] = message
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._woken.set()

    async def run(self) -> None:
        """Returns after the last event was sent; raises SocketDropped and ReadingFailed."""
        await self._reading.begun.wait()
        await self._catch_up()
        while not self._is_over():
            self._woken.clear()
            if following := self._reading.following(self.sent):
                await self._send_in_place(following)
            elif self.sent < self._reading.last:
                await self._read_alone(self._reading.last, self._send_in_place)
            else:
                await self._send_waiting(up_to=max(self.sent, self._reading.looked))
                await self._woken.wait()
        await self._let_others_hear()

    async def _let_others_hear(self) -> None:
        """Waits until all who follow were sent the end: closing costs more than sending."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OTHERS_SECONDS):
                await self._reading.finished.wait()

    async def _catch_up(self) -> None:
        progress, is_recovered = await self._follower.begin()
        self._reading.settle(progress.settled, progress.last_seq)
        while self.sent < progress.last_seq:
            await self._read_alone(progress.last_seq, self._send_event)
        await self._send(encoded(CaughtUp(seq=self.sent, recovered=is_recovered).payload()))

    async def _read_alone(self, last: int, send: Callable[[Told], Awaitable[None]]) -> None:
        """Sends some of the record's events up to that number; where it has none, they are past."""
        events = await self._follower.read_up_to(last)
        for event in events:
            await send(told(event))
        if not events:
            self._follower.seq = last

    def _is_over(self) -> bool:
        if self._reading.has_failed:
            raise ReadingFailed
        has_all = self._reading.is_over and self.sent >= self._reading.last
        return self._follower.is_over or has_all

    async def _send_in_place(self, event: Told) -> None:
        """Sends an event after the transient messages that came before it was announced."""
        await self._send_waiting(up_to=event.seq - 1)
        await self._send_event(event)

    async def _send_event(self, event: Told) -> None:
        if event.type == "final":
            self._reading.settle([event.segment], event.seq)
        await self._send(event.text)
        self._follower.passed(event)

    async def _send_waiting(self, *, up_to: int) -> None:
        due = [kind for kind, message in self._waiting.items() if message.after <= up_to]
        for kind in due:
            message = self._waiting.pop(kind, None)
            if message and not self._reading.is_settled(message.segment, self.sent):
                await self._send(message.text)

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send_text(text)
        except (TimeoutError, OSError, RuntimeError) as error:
            raise SocketDropped(type(error).__name__) from error
