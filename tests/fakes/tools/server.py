"""A server of tools on a free port: a few by HTTP, and real ones by the Model Context Protocol."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from support.ports import free_port
from support.waiting import until

PIN = "4711-pin-canary"
TRACE = "Traceback: the database of the tool server"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `body` is JSON, or text where it is none."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


@dataclass
class ToolServer:
    """What was asked of the server, and where it is."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    called: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    seconds: float = 0.0
    """How long each answer of /slow takes."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def requests(self, path: str) -> list[Asked]:
        """The requests to one path, in the order in which they came."""
        return [each for each in self.asked if each.path == path]

    def clear(self) -> None:
        """Forgets what was asked."""
        self.asked.clear()
        self.called.clear()


@contextmanager
def tool_server() -> Iterator[ToolServer]:
    """Runs the server for the block, in a thread of this process."""
    state = ToolServer(free_port())
    config = uvicorn.Config(
        _app(state),
        host="127.0.0.1",
        port=state.port,
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, what="the tool server listens")
    try:
        yield state
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=20)


def _app(state: ToolServer) -> Starlette:
    async def answer(request: HttpRequest) -> Response:
        state.asked.append(await _asked(request))
        name = request.path_params["name"]
        if name == "slow":
            await asyncio.sleep(state.seconds)
        if name == "broken":
            return PlainTextResponse(TRACE, 500)
        if name == "large":
            return PlainTextResponse("x" * 70_000)
        if name == "deep":
            return PlainTextResponse("[" * 500 + "]" * 500)
        if name == "packed":
            packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            return Response(gzip.compress(b'{"a": "' + b"x" * 4_000_000 + b'"}'), headers=packed)
        if name == "elsewhere":
            return RedirectResponse("http://169.254.169.254/latest", 307)
        if name == "echo":
            return JSONResponse(dict(request.headers))
        return JSONResponse({"free": [{"time": "19:00", "seats": 4}], "pin": PIN})

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    remote = _mcp(state).streamable_http_app(
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    routes = [Route("/do/{name}", answer, methods=methods), Mount("/", remote)]
    return Starlette(routes=routes, lifespan=remote.router.lifespan_context)


def _mcp(state: ToolServer) -> MCPServer:
    server = MCPServer("house")

    @server.tool()
    def count_guests(day: str) -> str:
        """Tells how many guests have booked on a day."""
        state.called.append(("count_guests", {"day": day}))
        return f"17 guests on {day}"

    @server.tool()
    def fail_always(reason: str) -> str:
        """Fails."""
        state.called.append(("fail_always", {"reason": reason}))
        raise ToolError("The kitchen is closed.")

    @server.tool()
    def not_for_agents() -> str:
        """Nobody may use this."""
        state.called.append(("not_for_agents", {}))
        return "no"

    return server


async def _asked(request: HttpRequest) -> Asked:
    content = await request.body()
    try:
        body = json.loads(content)
    except ValueError:
        body = content.decode()
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Asked(request.method, request.url.path, request.url.query, headers, body)
