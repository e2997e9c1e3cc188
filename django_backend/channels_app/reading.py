"""One session's log as it grows, read once for all sockets of this process that follow it."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

import structlog
from channels.layers import get_channel_layer
from voice_sessions.followers import Follower
from voice_sessions.models import Event
from wakeups.groups import session_group
from wakeups.layers import PatientLayer

from .wire import Told, Transient, told, transient

MOST_EVENTS = 256
MOST_CHARACTERS = 512 * 1024
WOKEN_AT_ONCE = 32
"""So many sockets are sent something before the loop looks at anything else, such as a voice."""
log = structlog.get_logger(__name__)
_readings: dict[str, Reading] = {}


class ReadingFailed(Exception):
    """The session's log cannot be read."""


class Socket(Protocol):
    """Who takes part in a reading; `sent` is the number of the last event that it has."""

    @property
    def sent(self) -> int: ...

    def wake(self) -> None: ...

    def offer(self, message: Transient) -> None: ...


def reading_of(session_id: str) -> Reading:
    """Returns this process's reading of the session; a new one when there is none that works."""
    reading = _readings.get(session_id)
    if reading is None or reading.has_failed:
        reading = _readings[session_id] = Reading(session_id)
    return reading


class Reading:
    """Reads a session's log from where it is when the first socket comes until the last one goes.

    `last` is the number of the newest event that was read, `looked` the highest number that was
    announced and looked for. The newest events are kept while a socket lacks them, within limits:
    sockets that are too far behind read the record by themselves, so nobody waits for them.
    Events that nobody announced show that the group has forgotten us: it is joined again.
    """

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.last = self.looked = 0
        self.is_over = self.has_failed = False
        self.begun, self.finished = asyncio.Event(), asyncio.Event()
        self._sockets: set[Socket] = set()
        self._kept: deque[Told] = deque()
        self._characters = 0
        self._settled: dict[str, int] = {}
        self._follower = Follower(session_id, after=None)
        self._layer = get_channel_layer()
        self._channel = ""
        self._running: asyncio.Task[None] | None = None

    def add(self, socket: Socket) -> None:
        """Wakes the socket from now on when there is something new, and offers it the rest."""
        self._sockets.add(socket)
        if self._running is None:
            self._running = asyncio.create_task(self._run(), context=contextvars.Context())

    async def remove(self, socket: Socket) -> None:
        """Lets go of the socket; the last one takes the reading with it."""
        self._sockets.discard(socket)
        if not self._sockets and self._running:
            if _readings.get(self.session_id) is self:
                del _readings[self.session_id]
            if not self.finished.is_set():
                self._running.cancel()
            await asyncio.wait({self._running})

    def following(self, seq: int) -> Told | None:
        """Returns the event after that number, if it is kept."""
        if not self._kept or seq >= self.last:
            return None
        place = seq + 1 - self._kept[0].seq
        return self._kept[place] if place >= 0 else None

    def settle(self, segments: Iterable[str], seq: int) -> None:
        """Says that these segments have their finals among the events up to that number."""
        for segment in segments:
            self._settled[segment] = min(seq, self._settled.get(segment, seq))

    def is_settled(self, segment: str, seq: int) -> bool:
        """Returns whether a socket that has the events up to that number has the final."""
        return self._settled.get(segment, seq + 1) <= seq

    async def _run(self) -> None:
        structlog.contextvars.bind_contextvars(session_id=self.session_id)
        try:
            self._channel = await self._layer.new_channel()
            await self._join()
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen())
                await self._read()
                listening.cancel()
        except Exception:
            log.exception("reading_failed")
            self.has_failed = True
            await self._wake_all()
        finally:
            self.begun.set()
            self.finished.set()
            await self._leave()

    async def _read(self) -> None:
        progress = await self._follower.begin_at_end()
        self.settle(progress.settled, progress.last_seq)
        self.last = progress.last_seq
        self.begun.set()
        while not self._follower.is_over:
            await self._take_news(is_woken=await self._follower.rest())
        self.is_over = True
        await self._wake_all()

    async def _take_news(self, *, is_woken: bool) -> None:
        announced = self._follower.announced
        while events := await self._follower.read():
            self._keep(events)
            await self._wake_all()
            if not is_woken:
                await self._join()
            announced = self._follower.announced
        if announced > max(self.last, self.looked):
            self.looked = announced
            await self._wake_all()

    def _keep(self, events: list[Event]) -> None:
        """Keeps events, and drops what all sockets have or what is too much to keep."""
        self._drop(min((socket.sent for socket in self._sockets), default=0) + 1)
        for message in map(told, events):
            if message.seq != self.last + 1:
                self._drop(message.seq)
            self._kept.append(message)
            self._characters += len(message.text)
            if message.type == "final":
                self.settle([message.segment], message.seq)
            self.last = message.seq
            self._follower.passed(message)
        while len(self._kept) > MOST_EVENTS or self._characters > MOST_CHARACTERS:
            self._drop(self._kept[0].seq + 1)

    def _drop(self, until: int) -> None:
        """Drops the kept events before that number."""
        while self._kept and self._kept[0].seq < until:
            self._characters -= len(self._kept.popleft().text)

    async def _wake_all(self) -> None:
        for number, socket in enumerate(list(self._sockets), start=1):
            socket.wake()
            if number % WOKEN_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _listen(self) -> None:
        while True:
            message = await self._layer.receive(self._channel)
            if message["type"] == "event.stored":
                self._follower.wake(message["seq"])
            else:
                await self._offer(message["payload"])

    async def _offer(self, payload: dict[str, Any]) -> None:
        message = transient(payload, after=self._follower.announced)
        for number, socket in enumerate(list(self._sockets), start=1):
            socket.offer(message)
            if number % WOKEN_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _join(self) -> None:
        await self._layer.group_add(session_group(self.session_id), self._channel)

    async def _leave(self) -> None:
        await self._layer.group_discard(session_group(self.session_id), self._channel)
        if isinstance(self._layer, PatientLayer):
            self._layer.forget(self._channel)
