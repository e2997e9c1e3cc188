"""One call of a tool for whoever sets it up: what a model would get, or what is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from agents.tools.specs import MOST_SECONDS, BuiltIn, HttpTool, McpServer, ToolSpec
from common.faults import Param, fault
from outgoing.client import client

from agent_manager.tools import http_calls
from agent_manager.tools.built_in import date_time
from agent_manager.tools.mcp_servers import McpConnection, RemoteTool
from agent_manager.tools.results import Failed, Result

log = structlog.get_logger(__name__)
ONLY_IN_SESSIONS = fault(
    "tool_built_in", "This tool needs nobody's server: try it in a conversation."
)


@dataclass(frozen=True)
class Tried:
    """How it went: the server's `status`, None without one, and what would go to the model.

    `problem` is a sentence about what failed, "" where nothing did; `code` and `params` say the
    same for programs. `tools` are those of a server of MCP.
    """

    milliseconds: int
    status: int | None = None
    answer: str = ""
    problem: str = ""
    tools: tuple[RemoteTool, ...] = ()
    code: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)


async def try_tool(tool: ToolSpec, arguments: Mapping[str, Any], zone: str = "UTC") -> Tried:
    """Returns how a call of this tool goes; of a server of MCP, which tools it has."""
    began = time.monotonic()

    def milliseconds() -> int:
        return round((time.monotonic() - began) * 1000)

    try:
        if isinstance(tool, McpServer):
            return Tried(tools=tuple(await _listed(tool)), milliseconds=milliseconds())
        result = await _WORKS[type(tool)](tool, arguments, zone)
    except Failed as error:
        log.info("tool_tried", kind=type(tool).__name__, problem=error.sentence)
        code = getattr(error.sentence, "code", "")
        return Tried(
            milliseconds(),
            error.status,
            problem=str(error.sentence),
            code=str(code),
            params=getattr(code, "params", {}),
        )
    log.info("tool_tried", kind=type(tool).__name__, problem="")
    return Tried(milliseconds(), result.status, result.text)


async def _listed(server: McpServer) -> list[RemoteTool]:
    link = McpConnection(server)
    try:
        return await link.connect(all_tools=True)
    finally:
        await link.aclose()


async def _by_http(tool: HttpTool, arguments: Mapping[str, Any], _zone: str) -> Result:
    async with client(seconds=MOST_SECONDS) as http:
        return await http_calls.call(tool, arguments, http)


async def _built_in(tool: BuiltIn, _arguments: Mapping[str, Any], zone: str) -> Result:
    if tool.name != "date_time":
        raise Failed(ONLY_IN_SESSIONS)
    return Result(date_time(zone, "en"))


_WORKS: Mapping[type, Callable[..., Coroutine[Any, Any, Result]]] = {
    HttpTool: _by_http,
    BuiltIn: _built_in,
}
