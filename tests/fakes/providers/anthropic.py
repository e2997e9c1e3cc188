"""Anthropic's messages as server-sent events, with words and with calls of tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from .state import State

TYPES = {401: "authentication_error", 503: "api_error"}


class Anthropic:
    """`/v1/messages` and `/v1/models`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def models(self, request: Request) -> Response:
        """The models that a key may use."""
        if refusal := self._refusal(request):
            return refusal
        return JSONResponse({"data": [{"type": "model", "id": "claude-sonnet-4-6"}]})

    async def messages(self, request: Request) -> Response:
        """A reply; by default it repeats what the person said."""
        if refusal := self._refusal(request):
            return refusal
        asked = json.loads(await request.body())
        self._state.note("anthropic", asked)
        reply = self._state.replies.popleft() if self._state.replies else _echo(asked)
        return StreamingResponse(_events(reply, asked["model"]), media_type="text/event-stream")

    def _refusal(self, request: Request) -> Response | None:
        status = self._state.refusal("anthropic", request.headers.get("x-api-key"))
        if not status and "anthropic-version" not in request.headers:
            status = 400
        if not status:
            return None
        error = {"type": TYPES.get(status, "invalid_request_error"), "message": "No."}
        return JSONResponse({"type": "error", "error": error}, status)


def _echo(asked: dict[str, Any]) -> str:
    content = asked["messages"][-1]["content"]
    texts = [block.get("text", "") for block in content if block["type"] == "text"]
    return f"You said: {' '.join(texts)}"


async def _events(reply: Any, model: str) -> AsyncIterator[str]:
    start: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 1},
    }
    yield _event("message_start", {"message": start})
    if isinstance(reply, str):
        block: dict[str, Any] = {"type": "text", "text": ""}
        pieces = [{"type": "text_delta", "text": f"{word} "} for word in reply.split()]
    else:
        name, arguments = reply
        block = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}
        text = json.dumps(arguments)
        pieces = [
            {"type": "input_json_delta", "partial_json": part} for part in (text[:3], text[3:])
        ]
    yield _event("content_block_start", {"index": 0, "content_block": block})
    yield _event("ping", {})
    for delta in pieces:
        yield _event("content_block_delta", {"index": 0, "delta": delta})
        await asyncio.sleep(0.005)
    yield _event("content_block_stop", {"index": 0})
    why = "end_turn" if isinstance(reply, str) else "tool_use"
    ended = {"delta": {"stop_reason": why, "stop_sequence": None}, "usage": {"output_tokens": 9}}
    yield _event("message_delta", ended)
    yield _event("message_stop", {})


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"
