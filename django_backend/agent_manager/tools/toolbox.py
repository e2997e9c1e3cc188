"""The tools of one session's agent, from its coming until it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Literal, Self

import httpx2 as httpx  # what openai and the plugins are built on
import structlog
from agents.agent import Agent
from agents.tools.specs import MOST_SECONDS, BuiltIn, HttpTool, McpServer
from common.tasks import Tasks, cancel
from livekit.agents import RunContext
from livekit.agents.llm import RawFunctionTool, ToolError, ToolResult, function_tool
from livekit.agents.voice import SpeechHandle
from outgoing.client import client
from voice_sessions.events import Message

from agent_manager.tools import http_calls
from agent_manager.tools.built_in import SCHEMAS
from agent_manager.tools.mcp_servers import McpConnection
from agent_manager.tools.own import OwnTools, Work
from agent_manager.tools.results import Failed, Result
from agent_manager.tools.telling import CUT_OFF, Telling
from agent_manager.tools.waiting_word import WaitingWord

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 4
MOST_A_TURN = 16
TOO_MANY = "There were too many calls at once; go on without this one."
TELL = "{sentence} Tell the person in plain words that this did not work."
UNFORESEEN = Failed("The tool failed.")

Waits = Literal["to_its_end", "until_cut", "beside"]
"""How a call is waited for: always to its end, until the person goes on speaking, or, of what the
agent does itself, without a word of waiting."""


class Toolbox:
    """Gives livekit-agents the agent's tools, and tells the record of each call.

    As a context it connects to the agent's MCP servers, whose tools are there once those have told
    of them; `changed` is called then. A server that is away costs nobody anything.
    """

    def __init__(
        self,
        agent: Agent,
        emit: Callable[[Message], None],
        own: OwnTools,
        word: WaitingWord,
    ) -> None:
        self._agent = agent
        self._emit = emit
        self._own = own
        self._word = word
        self._http: httpx.AsyncClient | None = None
        self._links = [McpConnection(each) for each in agent.tools if isinstance(each, McpServer)]
        self._tasks = Tasks()
        self._running: dict[asyncio.Task[Result], Telling] = {}
        self._gate = asyncio.Semaphore(MOST_AT_ONCE)
        self._turn = ""
        self._calls = 0
        self._connecting: list[asyncio.Task[None]] = []
        self.tools: list[RawFunctionTool] = [*self._of_http(), *self._of_own()]
        self.changed: Callable[[], Awaitable[None]] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a tool is waited for."""
        return bool(self._running)

    async def __aenter__(self) -> Self:
        servers = [each for each in self._agent.tools if isinstance(each, McpServer)]
        for server, link in zip(servers, self._links, strict=True):
            self._connecting.append(self._tasks.start(self._connect(server, link)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.settle()
        await self._tasks.cancel()
        await asyncio.gather(*(link.aclose() for link in self._links))
        if self._http is not None:
            await self._http.aclose()

    async def listed(self, seconds: float) -> None:
        """Returns when all servers have told of their tools, after so many seconds at most."""
        if self._connecting:
            await asyncio.wait(self._connecting, timeout=seconds)

    async def settle(self) -> None:
        """Cuts off what is still called; the record has been told of it when this returns."""
        for told in self._running.values():
            told.cut_off()
        await cancel(*self._running)

    def _of_http(self) -> list[RawFunctionTool]:
        return [
            self._function(
                _schema(tool.name, tool.description, tool.parameters),
                partial(self._call_http, tool),
                secret_fields=tool.secret_fields,
                waits="until_cut" if tool.method == "GET" else "to_its_end",
            )
            for tool in self._agent.tools
            if isinstance(tool, HttpTool)
        ]

    def _of_own(self) -> list[RawFunctionTool]:
        names = [tool.name for tool in self._agent.tools if isinstance(tool, BuiltIn)]
        works = {name: self._own.work(name) for name in names}
        return [self._function(SCHEMAS[name], works[name], waits="beside") for name in names]

    async def _call_http(
        self, tool: HttpTool, arguments: Mapping[str, Any], _context: RunContext
    ) -> Result:
        if self._http is None:
            self._http = client(seconds=MOST_SECONDS)
        return await http_calls.call(tool, arguments, self._http)

    async def _connect(self, server: McpServer, link: McpConnection) -> None:
        """Adds the server's tools, or tells that they are not there."""
        try:
            found = await link.connect()
        except Failed as error:
            Telling(self._emit, server.name, {}).failed(error)
            log.warning("tools_unavailable", server=server.name, problem=error.sentence)
            return
        names = {each.name for each in found}
        if missing := sorted({*server.allow} - names):
            log.warning("tools_missing", server=server.name, tools=missing)
        self.tools += [
            self._function(
                _schema(each.name, each.description, each.parameters),
                partial(_call_remote, link, each.name),
                secret_fields=server.secret_fields,
            )
            for each in found
        ]
        if self.changed is not None:
            await self.changed()

    def _function(
        self,
        schema: dict[str, Any],
        work: Work,
        *,
        secret_fields: tuple[str, ...] = (),
        waits: Waits = "to_its_end",
    ) -> RawFunctionTool:
        async def run(raw_arguments: dict[str, object], context: RunContext) -> ToolResult:
            told = Telling(self._emit, schema["name"], raw_arguments, secret_fields)
            try:
                result = await self._result(told, work(raw_arguments, context), context, waits)
                told.done(result)
            except Failed as error:
                told.failed(error)
                raise ToolError(TELL.format(sentence=error.sentence)) from None
            finally:
                told.cut_off()
            if result.is_last:
                self._own.end()
            return ToolResult(result.text, reply_required=not result.is_last)

        return function_tool(run, raw_schema=schema)

    async def _result(
        self, told: Telling, work: Coroutine[Any, Any, Result], context: RunContext, waits: Waits
    ) -> Result:
        """What the work gives; raises Failed, whatever else it raises."""
        task = self._tasks.start(self._in_turn(work, context.speech_handle, waits))
        self._running[task] = told
        try:
            return await task
        except Failed:
            raise
        except Exception:
            log.exception("tool_failed")
            raise UNFORESEEN from None
        finally:
            del self._running[task]

    async def _in_turn(
        self, work: Coroutine[Any, Any, Result], turn: SpeechHandle, waits: Waits
    ) -> Result:
        if self._is_one_too_many(turn):
            work.close()
            raise Failed(TOO_MANY)
        if waits == "beside":
            return await work
        async with self._gate:
            with self._word.after_a_second(turn):
                return await (_until_interrupted(work, turn) if waits == "until_cut" else work)

    def _is_one_too_many(self, turn: SpeechHandle) -> bool:
        if self._turn != turn.id:
            self._turn, self._calls = turn.id, 0
        self._calls += 1
        return self._calls > MOST_A_TURN


async def _until_interrupted(work: Coroutine[Any, Any, Result], turn: SpeechHandle) -> Result:
    """What a request gives that changes nothing: it is dropped when the person goes on speaking."""
    task = asyncio.create_task(work)
    try:
        await turn.wait_if_not_interrupted([task])
        if not task.done():
            raise Failed(CUT_OFF)
        return task.result()
    finally:
        await cancel(task)


async def _call_remote(
    link: McpConnection, name: str, arguments: Mapping[str, Any], _context: RunContext
) -> Result:
    return await link.call(name, arguments)


def _schema(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "description": description, "parameters": dict(parameters)}
