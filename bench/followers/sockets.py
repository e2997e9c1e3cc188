"""Sockets that note when something came, and look into it when nobody is being timed."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.support.waiting import until_async

OPENED_AT_ONCE = 50


@dataclass
class Socket(asyncio.Protocol):
    """One page's socket; it takes compressed messages, as browsers do."""

    url: str
    token: str
    _raw: list[tuple[float, bytes]] = field(default_factory=list)
    _messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._protocol = ClientProtocol(
            parse_uri(self.url),
            subprotocols=[Subprotocol("voice-agent.v1"), Subprotocol(self.token)],
            extensions=[ClientPerMessageDeflateFactory()],
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._protocol.send_request(self._protocol.connect())
        self._transport.write(b"".join(self._protocol.data_to_send()))

    def data_received(self, data: bytes) -> None:
        self._raw.append((time.time(), data))

    def messages(self) -> list[tuple[float, dict[str, Any]]]:
        """Returns every message so far, with the time at which it came."""
        raw, self._raw = self._raw, []
        for moment, data in raw:
            self._protocol.receive_data(data)
            events = self._protocol.events_received()
            texts = [
                bytes(e.data) for e in events if isinstance(e, Frame) and e.opcode is Opcode.TEXT
            ]
            self._messages += [(moment, json.loads(text)) for text in texts]
        answer = b"".join(self._protocol.data_to_send())
        if answer and not self._transport.is_closing():
            self._transport.write(answer)
        return self._messages

    def has(self, event: str) -> bool:
        """Returns whether the event came."""
        return any(message.get("event") == event for _, message in self.messages())

    @property
    def seqs(self) -> list[int]:
        """The numbers of the durable events, as they came."""
        return [message["seq"] for _, message in self.messages() if "at" in message]

    def times(self) -> dict[int, tuple[float, float]]:
        """Returns of each event, by its number, when it was stored and when it came."""
        return {
            message["seq"]: (datetime.fromisoformat(message["at"]).timestamp(), moment)
            for moment, message in self.messages()
            if "at" in message
        }

    def close(self) -> None:
        """Hangs up."""
        self._transport.abort()


async def opened(port: int, session_ids: list[str], each: int, token: str) -> list[Socket]:
    """Returns so many sockets to each session, all of them caught up."""
    loop = asyncio.get_running_loop()
    sockets = [
        Socket(f"ws://127.0.0.1:{port}/ws/transcript/{session_id}", token)
        for session_id in session_ids
        for _ in range(each)
    ]
    for first in range(0, len(sockets), OPENED_AT_ONCE):
        batch = sockets[first : first + OPENED_AT_ONCE]
        for socket in batch:
            await loop.create_connection(partial(_itself, socket), "127.0.0.1", port)
        await until_all(batch, "caught_up")
    return sockets


def _itself(socket: Socket) -> Socket:
    return socket


async def until_all(sockets: list[Socket], event: str) -> None:
    """Returns when every socket has the event."""
    await until_async(
        lambda: all(socket.has(event) for socket in sockets), seconds=60, what=f"{event} everywhere"
    )
