"""One session's socket as the page keeps it: it reconnects by itself and says what it has."""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from support.processes import ROOT
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from faults.people.visitor import Visitor

RETRIED = (1001, 1005, 1006, 1011, 1012, 1013)
NO_VISITOR = 4401
OVER = 1000
OPEN_SECONDS = 10.0
ROOM_OF_STALLED = 65_536


@dataclass
class Connection:
    """What one connection brought. `caught_up_at` is when its backlog was over."""

    after: int
    durable: list[dict[str, Any]] = field(default_factory=list)
    interims: list[dict[str, Any]] = field(default_factory=list)
    recovered: bool | None = None
    caught_up_at: float | None = None
    close_code: int | None = None
    closed_at: float | None = None


class Follower:
    """Reads a session to its end. `connections` has every connection that was tried."""

    def __init__(self, visitor: Visitor, session_id: str) -> None:
        self.connections: list[Connection] = []
        self.session_id = session_id
        self._visitor = visitor
        self._attempt = 0

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every durable message so far, connection after connection."""
        return [message for one in self.connections for message in one.durable]

    def words_by(self, moment: float, segment: str) -> str:
        """The words of a segment that were on the page at a moment, before it was settled."""
        shown = [message for one in self.connections for message in one.interims]
        before = [m["text"] for m in shown if m["segment"] == segment and m["received"] < moment]
        return str(before[-1]) if before else ""

    @property
    def last_seq(self) -> int:
        return max((message["seq"] for message in self.messages), default=0)

    @property
    def is_over(self) -> bool:
        """Whether the server closed it because the session has ended."""
        return bool(self.connections) and self.connections[-1].close_code == OVER

    @property
    def is_caught_up(self) -> bool:
        """Whether its newest connection stands and its backlog is over."""
        last = self.connections[-1] if self.connections else None
        return bool(last and last.caught_up_at and last.close_code is None)

    def events(self, name: str, since: float = 0.0) -> list[dict[str, Any]]:
        """The durable events of one name that came since a moment."""
        found = [message for message in self.messages if message.get("event") == name]
        return [message for message in found if message["received"] >= since]

    def recovery_seconds(self, since: float, back_at: float) -> list[float]:
        """For each break since a moment: seconds until caught up again, from `back_at` at least."""
        breaks = [one.closed_at for one in self.connections if one.closed_at and one.caught_up_at]
        return [
            max(0.0, caught_up - max(back_at, broken_at))
            for broken_at in breaks
            if broken_at >= since and (caught_up := self._caught_up_after(broken_at))
        ]

    def delays(self, since: float, back_at: float = 0.0) -> list[float]:
        """Seconds from store to socket of each event that was stored since a moment.

        What was stored before `back_at` could not be read earlier than that.
        """
        offset = time.time() - time.monotonic()
        pairs = [
            (datetime.fromisoformat(message["at"]).timestamp() - offset, message["received"])
            for message in self.messages
        ]
        return [
            max(0.0, received - max(stored, back_at))
            for stored, received in pairs
            if stored >= since
        ]

    async def run(self) -> None:
        """Follows until the session has ended or the socket is refused for good."""
        while True:
            connection = Connection(self.last_seq)
            self.connections.append(connection)
            connection.close_code = await self._one(connection)
            connection.closed_at = time.monotonic()
            if connection.close_code == NO_VISITOR and connection.caught_up_at is None:
                await self._visitor.renew()
            elif connection.close_code not in RETRIED:
                return
            await asyncio.sleep(retry_delay(self._attempt))
            self._attempt += 1

    async def _one(self, connection: Connection) -> int:
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                opened = await self._open(connection)
        except (OSError, TimeoutError, WebSocketException, httpx.HTTPError):
            return 1006
        try:
            return await self._read(opened, connection)
        finally:
            await opened.close()

    async def _open(self, connection: Connection) -> ClientConnection:
        return await self._visitor.socket(self.session_id, connection.after)

    async def _read(self, opened: ClientConnection, connection: Connection) -> int:
        try:
            while True:
                self._received(json.loads(await opened.recv()), connection)
        except ConnectionClosed:
            return int(opened.close_code or 1006)

    def _received(self, message: dict[str, Any], connection: Connection) -> None:
        now = time.monotonic()
        if message.get("event") == "caught_up":
            connection.recovered, connection.caught_up_at = message["recovered"], now
            self._attempt = 0
        elif "seq" in message:
            connection.durable.append({**message, "received": now})
        elif message.get("final") is False:
            connection.interims.append({**message, "received": now})

    def _caught_up_after(self, moment: float) -> float | None:
        later = [one.caught_up_at for one in self.connections if one.caught_up_at]
        return next((at for at in later if at > moment), None)


class StalledFollower(Follower):
    """A follower whose first connection reads nothing until `go_on`."""

    def __init__(self, visitor: Visitor, session_id: str) -> None:
        super().__init__(visitor, session_id)
        self.has_stalled = False
        self._may_read = asyncio.Event()

    def go_on(self) -> None:
        """Reads again."""
        self._may_read.set()

    def recovery_seconds(self, since: float, back_at: float) -> list[float]:
        """Nothing: it was away by its own doing."""
        return []

    async def _open(self, connection: Connection) -> ClientConnection:
        """A socket with little room, for Linux may keep more for it than there is to send.

        It takes nothing compressed, which a thousand like messages would be to almost nothing. It
        sends no pings, whose answers it would not read either: it would give up by itself.
        """
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_OF_STALLED)
        narrow.setblocking(False)
        site = urlsplit(self._visitor.origin)
        await asyncio.get_running_loop().sock_connect(narrow, (site.hostname, site.port))
        return await self._visitor.socket(
            self.session_id,
            connection.after,
            sock=narrow,
            server_hostname=site.hostname,
            compression=None,
            ping_interval=None,
        )

    async def _read(self, opened: ClientConnection, connection: Connection) -> int:
        self.has_stalled = True
        await self._may_read.wait()
        return await super()._read(opened, connection)


def retry_delay(attempt: int) -> float:
    """Seconds before reconnection number `attempt` (from 0), by the page's own delays."""
    most = min(RETRY_MOST, RETRY_LEAST * 2 ** (attempt + 1))
    return random.uniform(RETRY_LEAST, most)


def _page_delay(name: str) -> float:
    source = (ROOT / "flask_frontend" / "js" / "base" / "delays.js").read_text()
    found = re.search(rf"\b{name}: ([\d_]+)", source)
    assert found, f"delays.js has no {name}"
    return int(found[1]) / 1000


RETRY_LEAST, RETRY_MOST = _page_delay("retryLeast"), _page_delay("retryMost")
