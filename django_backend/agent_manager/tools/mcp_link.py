"""The connection to a server of MCP: livekit-agents' own, over our way out.

Only what talks to such a server imports this: `mcp` takes half a second of a processor.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2 as httpx  # what mcp is built on
from agents.tools.specs import McpServer
from livekit.agents.llm.mcp import MCPServerHTTP, MCPToolResultContext
from outgoing.client import GuardedTransport
from outgoing.reading import refuse_packed

from agent_manager.tools.http_calls import TOO_LONG

IDLE_SECONDS = 300.0
"""Between two things that a server tells by itself."""
MOST_BYTES = 1024 * 1024
"""Of one answer of a server, or of all that it tells by itself."""


class Link(MCPServerHTTP):
    """livekit-agents' connection, which goes out by the guard and reads no endless answers."""

    def __init__(self, server: McpServer, headers: Mapping[str, str]) -> None:
        super().__init__(
            server.url,
            transport_type="streamable_http",
            headers=dict(headers),
            client_session_timeout_seconds=server.seconds,
            tool_result_resolver=_text_of,
        )
        self._seconds = server.seconds

    def _create_http_client(self, *_: Any, **__: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=GuardedTransport(redirects=0),  # mcp follows those within the host
            timeout=httpx.Timeout(self._seconds, read=IDLE_SECONDS),
            headers={"Accept-Encoding": "identity", **self.headers},
            event_hooks={"response": [_bound]},
            trust_env=False,
        )


async def _bound(response: httpx.Response) -> None:
    refuse_packed(response)
    response.stream = _Bounded(response.stream)  # type: ignore[arg-type]


class _Bounded(httpx.AsyncByteStream):
    """The body of an answer, which ends with an error where it is too long."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream
        self._left = MOST_BYTES

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._left -= len(piece)
            if self._left < 0:
                raise httpx.ReadError(TOO_LONG)
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


def _text_of(context: MCPToolResultContext) -> str:
    """The texts of a result, or what it has as JSON; other kinds of content are only named."""
    parts = [getattr(part, "text", f"[{part.type}]") for part in context.result.content]
    structured = getattr(context.result, "structured_content", None)
    if not parts and structured is not None:
        return json.dumps(structured, ensure_ascii=False)
    return "\n".join(parts)
