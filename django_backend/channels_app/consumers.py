"""The WebSocket edge: a socket is a pipe from one session's record to one page."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from typing import Any

import structlog
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.utils import await_many_dispatch
from django.conf import settings
from voice_sessions import queries
from voice_sessions.events import Pong
from voice_sessions.models import Session
from voice_sessions.steps import step

from . import handshake
from .pump import Pump, SocketDropped
from .reading import Reading, ReadingFailed, reading_of

log = structlog.get_logger(__name__)
FAREWELL_SECONDS = 1.0
_open: set[TranscriptConsumer] = set()
_sockets: Counter[str] = Counter()
"""How many sockets each visitor has open, here."""


async def drained(seconds: float) -> None:
    """Returns when every socket has been sent what it is still owed, or after that time."""
    if pumping := [consumer.pumping for consumer in _open]:
        await asyncio.wait(pumping, timeout=seconds)


class TranscriptConsumer(AsyncWebsocketConsumer):
    """Sends a session's events to one page, from the number that it asks for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pump: Pump | None = None
        self.reading: Reading | None = None
        self.ignored = 0
        self.visitor: str | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Owns the pump's task: it ends with the socket, and a dropped socket ends with it."""
        structlog.contextvars.bind_contextvars(
            session_id=scope["url_route"]["kwargs"]["session_id"]
        )
        try:
            async with asyncio.TaskGroup() as self.tasks:
                await self._serve(scope, receive, send)
                self._stop_pump()
        except* SocketDropped as dropped:
            log.warning("socket_dropped", reason=str(dropped.exceptions[0]))
        finally:
            self._count_out()
            await self._left()

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        """Does what channels does, but for a channel of its own: the reading has one for all."""
        self.scope, self.base_send = scope, send
        with contextlib.suppress(StopConsumer):
            await await_many_dispatch([receive], self.dispatch)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handles a message without looking after this thread's database connections: none is used.

        Channels has a thread do that, for which a thousand sockets that end would wait in turn.
        """
        await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer

    async def connect(self) -> None:
        await self.accept(handshake.subprotocol(self.scope))
        try:
            admission = handshake.admission(self.scope)
            self._count(admission.visitor)
            session = await _visible(admission.visitor, self._session_id)
        except tuple(handshake.CODES) as error:
            await self._refuse(handshake.CODES[type(error)])
        else:
            self._follow(session, admission.after)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.pump and _is_ping(text_data):
            with contextlib.suppress(OSError, RuntimeError):  # the socket is closing
                await self.send(json.dumps(Pong().payload()))
        else:
            self.ignored += 1

    @property
    def _session_id(self) -> str:
        return self.scope["url_route"]["kwargs"]["session_id"]

    def _count(self, visitor: str) -> None:
        """Counts this socket as the visitor's; raises TooManySockets beyond the limit."""
        if _sockets[visitor] >= settings.MAX_SOCKETS_PER_VISITOR:
            raise handshake.TooManySockets
        _sockets[visitor] += 1
        self.visitor = visitor

    def _count_out(self) -> None:
        if self.visitor is not None:
            _sockets[self.visitor] -= 1
            if not _sockets[self.visitor]:
                del _sockets[self.visitor]

    async def _refuse(self, code: int) -> None:
        log.info("socket_refused", close_code=code)
        await self.close(code)

    def _follow(self, session: Session, after: int | None) -> None:
        """Takes part in the session's reading, so that nothing falls behind the backlog."""
        self.reading = reading_of(session.id)
        self.pump = Pump(self.reading, after, self.send)
        self.reading.add(self.pump)
        self.pumping = self.tasks.create_task(self._pump(self.pump))
        _open.add(self)
        log.info("socket_joined", after=after)

    async def _pump(self, pump: Pump) -> None:
        try:
            await pump.run()
            code = handshake.CLOSE_ENDED
        except SocketDropped:
            raise
        except ReadingFailed:
            code = handshake.CLOSE_FAILED
        except Exception:
            log.exception("socket_failed")
            code = handshake.CLOSE_FAILED
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self.close(code)
        except (TimeoutError, OSError, RuntimeError) as error:
            raise SocketDropped(type(error).__name__) from error

    def _stop_pump(self) -> None:
        if self in _open:
            self.pumping.cancel()

    async def _left(self) -> None:
        _open.discard(self)
        if self.pump and self.reading:
            await self.reading.remove(self.pump)
            log.info("socket_left", sent=self.pump.sent, ignored_messages=self.ignored)


class UnknownAddress(AsyncWebsocketConsumer):
    """Closes sockets to addresses that do not exist, with a code that the client sees."""

    async def connect(self) -> None:
        await self.accept(handshake.subprotocol(self.scope))
        await self.close(handshake.CLOSE_UNKNOWN_SESSION)


_visible = step(queries.visible_session, executor=None)


def _is_ping(text: str | None) -> bool:
    if text == "ping":
        return True
    try:
        return json.loads(text or "") == {"event": "ping"}
    except (ValueError, RecursionError):
        return False
