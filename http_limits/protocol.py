"""HTTP as uvicorn speaks it, with limits of size and time that slow bytes do not prolong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import refusals
from .addresses import Network, client_address, group_of, is_listed
from .headers import joined
from .refusals import Refusal
from .waiting import Waiting

MAX_HEAD_BYTES = 16 * 1024
MAX_LINE_BYTES = 8000
"""Of one header; `websockets` takes lines of 8 KiB in a handshake, and 128 of them."""
MAX_HEADERS = 100
MAX_PIPELINED = 16
PIECE_BYTES = 4096
LINGER_BYTES = 1024 * 1024
ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Deadlines:
    """Seconds for a whole head, a whole body, the taking of an answer, and the end of a refusal.

    An answer of more than 1 MiB that is sent in pieces has as many more for each further one.
    An idle connection that has had an answer is closed after uvicorn's `timeout_keep_alive`.
    """

    head: float = 10.0
    body: float = 20.0
    answer: float = 60.0
    linger: float = 1.0


@dataclass(frozen=True)
class Limits:
    """What the connections of a server share."""

    waiting: Waiting
    proxies: Sequence[Network] = ()
    deadlines: Deadlines = field(default_factory=Deadlines)


class Phase(Enum):
    """What of a request has arrived."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    WHOLE = auto()


def limited(limits: Limits) -> type[asyncio.Protocol]:
    """What uvicorn takes as `http`: the protocol with these limits."""
    return cast(type[asyncio.Protocol], partial(LimitedProtocol, limits=limits))


class LimitedProtocol(HttpToolsProtocol):
    """One connection. While the server waits for its client, it counts for the client's address.

    A listed proxy's connection counts for nobody while it is idle or a head arrives; a body that
    arrives through it, and an answer that is not read, count for the forwarded address.
    """

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._deadlines = limits.deadlines
        self._phase = Phase.HEAD
        self._group: str | None = None
        self._arrival: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._head_bytes = self._thrown_away = 0
        self._heard = self._oversized = self._refused = self._upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # every byte that is not taken pauses the answer
        self._peer = self._client = self.client[0] if self.client else ""
        self._is_proxy = is_listed(self._peer, self._limits.proxies)
        if self._is_proxy:
            return  # it may have opened the connection for somebody who is slow to send a body
        self._await(Phase.HEAD, self._deadlines.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._phase = Phase.WHOLE
        super().connection_lost(exc)
        self._forget()

    # What arrives

    def data_received(self, data: bytes) -> None:
        if self._refused:
            self._throw_away(data)
            return
        if self._phase is Phase.IDLE or (self._is_proxy and not self._heard):
            self._await(Phase.HEAD, self._deadlines.head)
        self._heard = True
        for start in range(0, len(data), PIECE_BYTES):
            self._take(data[start : start + PIECE_BYTES])
            if self._refused or self._upgraded or self.transport.is_closing():
                return

    def _take(self, piece: bytes) -> None:
        super().data_received(piece)
        if self._phase is Phase.HEAD and not self._refused:
            self._head_bytes += len(piece)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(refusals.HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        if self._phase is not Phase.HEAD:
            self._await(Phase.HEAD, self._deadlines.head)
        self._client = self._peer
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._oversized |= len(self.url) > MAX_LINE_BYTES

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        too_long = len(name) + len(value) > MAX_LINE_BYTES
        self._oversized |= too_long or len(self.headers) > MAX_HEADERS

    def on_headers_complete(self) -> None:
        if self._oversized or len(self.pipeline) >= MAX_PIPELINED:
            self._refuse(refusals.HEAD_TOO_LARGE)
        if self._refused:
            return
        forwarded = joined(self.headers, b"x-forwarded-for")
        self._client = client_address(self._peer, forwarded, self._limits.proxies)
        self._await(Phase.BODY, self._deadlines.body)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._refused:
            return
        super().on_message_complete()
        self._phase, self._head_bytes = Phase.WHOLE, 0
        self._arrival = _cancelled(self._arrival)
        self._register()

    def handle_websocket_upgrade(self) -> None:
        if self._refused:
            return
        self._phase, self._upgraded = Phase.WHOLE, True
        self._forget()
        self.transport.set_write_buffer_limits()
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Says nothing: whoever asks for an upgrade that is not served gets a plain answer."""

    # What is answered

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._settle_answer()
        if self._phase is Phase.WHOLE and not self.pipeline and not self.transport.is_closing():
            self._phase = Phase.IDLE
        self._register()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._taking is None and not self._refused:
            self._taking = self.loop.call_later(self._answer_seconds(), self.transport.abort)
        self._register()

    def _answer_seconds(self) -> float:
        """The deadline once for every MiB that is still to come, as of a long recording."""
        rest = 0 if self.cycle is None else self.cycle.expected_content_length
        return self._deadlines.answer * (1 + rest // ANSWER_BYTES)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._settle_answer()
        self._register()

    def _settle_answer(self) -> None:
        if not self.flow.write_paused and (self.cycle is None or self.cycle.response_complete):
            self._taking = _cancelled(self._taking)

    # Whom the server waits for

    def make_room(self) -> None:
        """Ends the connection, because others of its address have come since."""
        self._group = None
        self._refuse(refusals.NO_ROOM)

    def _await(self, phase: Phase, seconds: float) -> None:
        if self._refused:
            return
        self._phase = phase
        self._arrival = _cancelled(self._arrival)
        self._arrival = self.loop.call_later(seconds, self._refuse, refusals.TOO_LATE)
        self._register()

    def _register(self) -> None:
        group = None if self._refused else self._waited_for()
        if group == self._group:
            return
        self._limits.waiting.end(self)
        self._group = group
        if group is not None:
            self._limits.waiting.begin(group, self)

    def _waited_for(self) -> str | None:
        if self.transport.is_closing() and not self.flow.write_paused:
            return None
        if self._phase is Phase.BODY or self.flow.write_paused:
            return self._group_of(self._client)
        return None if self._phase is Phase.WHOLE else self._group_of(self._peer)

    def _group_of(self, address: str) -> str | None:
        return None if is_listed(address, self._limits.proxies) else group_of(address)

    # The end

    def send_400_response(self, msg: str) -> None:
        self._refuse(refusals.MALFORMED)

    def _refuse(self, refusal: Refusal) -> None:
        """Answers if that is possible, then closes; nothing of the request goes on."""
        if self._refused:
            return
        answerable = self._answerable()
        self._refused = True
        self._forget()
        self.pipeline.clear()
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if answerable:
            self._answer(refusal)
        else:
            self.transport.abort()

    def _answerable(self) -> bool:
        if self.transport.is_closing() or self.pipeline or self.flow.write_paused:
            return False
        if self._phase is Phase.BODY:
            return not self.cycle.response_started
        unanswered = self.cycle is not None and not self.cycle.response_complete
        return self._phase is Phase.HEAD and not unanswered and self._heard

    def _answer(self, refusal: Refusal) -> None:
        """Closing on bytes that nobody read resets the connection, and the answer is lost."""
        self.transport.write(refusal.raw(self.server_state.default_headers))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._arrival = self.loop.call_later(self._deadlines.linger, self.transport.abort)

    def _throw_away(self, data: bytes) -> None:
        self._thrown_away += len(data)
        if self._thrown_away > LINGER_BYTES:
            self.transport.abort()

    def _forget(self) -> None:
        self._unset_keepalive_if_required()
        self._arrival = _cancelled(self._arrival)
        self._taking = _cancelled(self._taking)
        self._limits.waiting.end(self)
        self._group = None


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """What stands in the timer's place: nothing."""
    if timer is not None:
        timer.cancel()
    return None
