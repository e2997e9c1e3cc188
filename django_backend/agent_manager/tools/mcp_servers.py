"""Servers of tools by the Model Context Protocol, over streamable HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2 as httpx  # what mcp is built on
import structlog
from agents.tools.fields import MCP_NAME
from agents.tools.schemas import MOST_CHARACTERS, fault_of_arguments, levels_over
from agents.tools.specs import McpServer
from common.text import cut, mend
from livekit.agents.llm import RawFunctionTool, ToolError
from outgoing.guard import PrivateAddress

from agent_manager.tools.http_calls import (
    AWAY,
    PRIVATE,
    SLOW,
    STRANGE,
    headers_of,
    not_right,
    refused,
    revealed,
)
from agent_manager.tools.results import MOST_LEVELS, Failed, Result, result_of

if TYPE_CHECKING:
    from agent_manager.tools.mcp_link import Link

log = structlog.get_logger(__name__)
CONNECT_SECONDS = 8.0
"""For the connection and the list of tools."""
CLOSE_SECONDS = 2.0
DESCRIPTION_LENGTH = 1000
MOST_LISTED = 200
FAILED = "The tool's server says that it failed."


@dataclass(frozen=True)
class RemoteTool:
    """A tool of a server, as the server describes it."""

    name: str
    description: str
    parameters: Mapping[str, Any]


class McpConnection:
    """The connection to one server; it is opened once and has to be closed."""

    def __init__(self, server: McpServer) -> None:
        self._server = server
        self._tools: dict[str, RawFunctionTool] = {}
        self._link: Link | None = None

    async def connect(self, *, all_tools: bool = False) -> list[RemoteTool]:
        """Returns the server's tools that the agent may use, or all; raises Failed."""
        server = self._server
        secrets = revealed(server.name, server.secrets)
        headers = headers_of(server.headers, {}, secrets)
        self._link = link = (await asyncio.to_thread(_link_class))(server, headers)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await link.initialize()
                listed = await link.list_tools()
        except Exception as error:
            raise _failure(error) from None
        offered = [each for each in listed[:MOST_LISTED] if _is_usable(each.info.raw_schema)]
        self._tools = {each.info.name: each for each in offered}
        return [
            _told(each.info.raw_schema)
            for name, each in self._tools.items()
            if all_tools or name in server.allow
        ]

    async def call(self, name: str, arguments: Mapping[str, Any]) -> Result:
        """Returns what the server's tool gives; raises Failed."""
        tool = self._tools[name]
        if wrong := fault_of_arguments(tool.info.raw_schema["parameters"], arguments):
            raise Failed(not_right(wrong))
        try:
            async with asyncio.timeout(self._server.seconds):
                found = await tool(raw_arguments=dict(arguments))
        except ToolError as error:
            said = " ".join(mend(error.message).split())
            raise Failed(cut(f"{FAILED} {said}", 300) if self._is_linked else AWAY) from None
        except Exception as error:
            raise _failure(error) from None
        return result_of(
            _json(str(found)),
            secret_fields=self._server.secret_fields,
            secrets=[each.reveal() for each in self._server.secrets.values() if each],
            arguments=arguments,
        )

    async def aclose(self) -> None:
        """Closes it, or gives it up after 2 s."""
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await link.aclose()

    @property
    def _is_linked(self) -> bool:
        return self._link is not None and self._link.initialized


def _link_class() -> type[Link]:
    """What connects; the first caller of a process waits for all of `mcp` to be imported."""
    from agent_manager.tools.mcp_link import Link

    return Link


def _is_usable(schema: Mapping[str, Any]) -> bool:
    """Whether a model can be told of a tool: its name fits, and its schema is an object's."""
    parameters = schema.get("parameters")
    if levels_over(parameters, MOST_LEVELS):
        return False
    size = len(json.dumps(parameters, ensure_ascii=False, default=str))
    is_one = isinstance(parameters, dict) and size <= MOST_CHARACTERS
    return bool(MCP_NAME.fullmatch(str(schema["name"]))) and is_one


def _told(schema: Mapping[str, Any]) -> RemoteTool:
    description = cut(mend(str(schema.get("description") or "")), DESCRIPTION_LENGTH)
    return RemoteTool(str(schema["name"]), description, schema["parameters"])


def _json(text: str) -> Any:
    """The JSON of a text; the text itself where it is none, or nested without end."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if levels_over(found, MOST_LEVELS) else found


def _failure(error: BaseException) -> Failed:
    """What an error of the connection comes down to."""
    if isinstance(error, Failed):
        return error
    inside = list(_causes(error))
    log.info("mcp_failed", causes=sorted({type(each).__name__ for each in inside}))
    if any(isinstance(each, PrivateAddress) for each in inside):
        return Failed(PRIVATE)
    if any(isinstance(each, TimeoutError | httpx.TimeoutException) for each in inside):
        return Failed(SLOW)
    statuses = [
        each.response.status_code for each in inside if isinstance(each, httpx.HTTPStatusError)
    ]
    if statuses:
        return Failed(refused(statuses[0]), statuses[0])
    is_away = any(isinstance(each, httpx.TransportError | OSError) for each in inside)
    return Failed(AWAY if is_away else STRANGE)


def _causes(error: BaseException) -> Any:
    yield error
    for each in getattr(error, "exceptions", ()):
        yield from _causes(each)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)
