"""A page's socket, without a browser or a network."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.testing import ApplicationCommunicator

from .visitors import ALICE, visitor_token

SECONDS = 10.0
PROTOCOL = "voice-agent.v1"


class PageSocket:
    """One connection to `/ws/transcript/{id}`; the token goes where browsers put it."""

    def __init__(
        self,
        application: Any,
        session_id: str,
        *,
        query: str = "",
        visitor: str | None = ALICE,
        protocols: list[str] | None = None,
        origin: str | None = "http://frontend.test",
        host: str = "backend.test",
        path: str = "",
    ) -> None:
        if protocols is None:
            protocols = [PROTOCOL, visitor_token(visitor)] if visitor else [PROTOCOL]
        headers = [(b"host", host.encode())]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        self.scope = {
            "type": "websocket",
            "path": path or f"/ws/transcript/{session_id}",
            "query_string": query.encode(),
            "headers": headers,
            "subprotocols": protocols,
        }
        self._pipe = ApplicationCommunicator(application, self.scope)
        self.selected: str | None = None

    async def connect(self) -> PageSocket:
        """This socket, accepted."""
        await self._pipe.send_input({"type": "websocket.connect"})
        message = await self._pipe.receive_output(SECONDS)
        assert message["type"] == "websocket.accept", message
        self.selected = message.get("subprotocol")
        return self

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        message = await self._pipe.receive_output(SECONDS)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def until(self, event: str) -> list[dict[str, Any]]:
        """The messages up to the one with that `event`."""
        found = [await self.receive()]
        while found[-1].get("event") != event:
            found.append(await self.receive())
        return found

    async def close_code(self) -> int:
        """The code with which the server closes; the next thing that it does."""
        message = await self._pipe.receive_output(SECONDS)
        assert message["type"] == "websocket.close", message
        return message.get("code", 1000)

    async def send(self, text: str) -> None:
        """Sends text to the server."""
        await self._pipe.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        """Sends bytes to the server."""
        await self._pipe.send_input({"type": "websocket.receive", "bytes": data})

    async def send_json(self, message: Any) -> None:
        """Sends JSON to the server."""
        await self.send(json.dumps(message))

    async def leave(self) -> None:
        """Goes away, and returns when the server has let go of the socket."""
        await self._pipe.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._pipe.wait(SECONDS)


Open = Callable[..., Awaitable[PageSocket]]
"""Opens a socket with these options."""
