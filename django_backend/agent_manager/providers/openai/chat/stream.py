"""One reply of a language model: asked for and read, and again in another way where that helps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import httpx2 as httpx
import openai
from common.text import mend
from livekit.agents import APIConnectOptions, llm

from agent_manager.providers.causes import RETRIED, code_of, refusal, service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.chat.answers import payloads
from agent_manager.providers.openai.chat.deltas import ErrorObject, read
from agent_manager.providers.openai.chat.history import messages_of
from agent_manager.providers.openai.chat.known import KnownServer
from agent_manager.providers.openai.chat.refusals import Refusal, read_refusal
from agent_manager.providers.openai.chat.reply import Reply
from agent_manager.providers.openai.chat.tool_schemas import schemas_of

MOST_TRIES = 9
"""How often one reply is asked for in other ways, each after a refusal that told why."""


class Refused(Exception):
    """An answer that refuses the request: what it tells, and the error that it is for others."""

    def __init__(self, told: Refusal, error: ServiceError) -> None:
        super().__init__(error.reason)
        self.told = told
        self.error = error


class ReplyStream(llm.LLMStream):
    """A stream of livekit-agents whose errors are ServiceErrors with what really happened.

    `seconds` is the longest time from the answer's first byte to its end. Of one that `may_call`
    no tool a call is none.
    """

    def __init__(
        self,
        model: llm.LLM,
        *,
        client: openai.AsyncClient,
        known: KnownServer,
        fields: Mapping[str, Any],
        seconds: float,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
        may_call: bool = True,
    ) -> None:
        super().__init__(model, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        self._client = client
        self._known = known
        self._fields = fields
        self._seconds = seconds
        self._offered = set(llm.ToolContext(tools).function_tools) if may_call else set()
        self._has_said = False

    async def _run(self) -> None:
        schemas = schemas_of(self._tools)
        fields = {**self._fields, "messages": _mended(messages_of(self._chat_ctx)), "stream": True}
        fields["stream_options"] = {"include_usage": True}
        if schemas:
            fields["tools"] = schemas
        for _ in range(MOST_TRIES):
            if await self._is_answered(fields):
                return
        raise ServiceError("rejected", host=self._known.host)

    async def _is_answered(self, fields: Mapping[str, Any]) -> bool:
        """Whether the reply came; when not, it is worth asking for it in another way."""
        try:
            return await self._ask(self._known.request(fields))
        except Refused as refused:
            if not self._has_said and self._known.learn(refused.told, fields):
                return False
            raise self._final(refused.error) from None

    async def _ask(self, request: dict[str, Any]) -> bool:
        timeout = httpx.Timeout(self._conn_options.timeout)
        create = self._client.chat.completions.with_streaming_response.create
        try:
            async with create(**request, timeout=timeout) as answer:
                return await self._read(answer.iter_bytes(), answer.headers)
        except openai.APIStatusError as error:
            told = read_refusal(error.status_code, error.body or error.response.text)
            raise Refused(told, service_error(error)) from None
        except Refused:
            raise
        except Exception as error:
            raise self._final(service_error(error)) from None

    async def _read(self, pieces: Any, headers: Mapping[str, str]) -> bool:
        reply = Reply(self._offered, self._known.wait)
        request_id = headers.get("x-request-id", "")
        try:
            async with asyncio.timeout(self._seconds), aclosing(payloads(pieces)) as objects:
                async for payload in objects:
                    self._take(read(payload), reply, request_id)
                    if reply.is_enough:
                        break
        except TimeoutError:
            if not reply.said:
                raise ServiceError("slow", status=200, request_id=request_id) from None
        except ServiceError as error:
            error.status, error.request_id = error.status or 200, request_id
            raise
        self._send(reply.end())
        self._has_said = self._has_said or reply.said
        return self._is_complete(reply, request_id)

    def _take(self, found: Any, reply: Reply, request_id: str) -> None:
        if isinstance(found, ErrorObject):
            raise _refused(found, request_id)
        self._send(reply.take(found))
        self._has_said = self._has_said or reply.said

    def _is_complete(self, reply: Reply, request_id: str) -> bool:
        """Whether the reply is one; raises what is wrong with it, unless asking anew may help."""
        fault = reply.fault()
        if fault is None:
            self._known.answered(closed_alone=reply.closed_alone)
            return True
        if reply.ending == "length" and not reply.said and self._known.lift_reply_limit():
            return False
        raise ServiceError(fault, status=200, request_id=request_id, retryable=fault in RETRIED)

    def _send(self, chunks: list[llm.ChatChunk]) -> None:
        for chunk in chunks:
            self._event_ch.send_nowait(chunk)

    def _final(self, error: ServiceError) -> ServiceError:
        """The error as it is told: nothing is asked again once something was said."""
        error.host = self._known.host
        error.midway = self._has_said
        error.retryable = error.retryable and not self._has_said
        if self._has_said and error.reason not in ("filtered", "slow", "stopped"):
            error.reason = "broken_off"
        return error


def _refused(found: ErrorObject, request_id: str) -> Refused:
    status = found.status or (500 if code_of(found.body) else 0)
    error = refusal(found.status or 500, code_of(found.body), request_id=request_id)
    return Refused(read_refusal(status, found.body), error)


def _mended(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages with words that can be sent."""
    return [
        {**each, "content": mend(each["content"])} if isinstance(each.get("content"), str) else each
        for each in messages
    ]
