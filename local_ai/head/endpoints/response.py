"""A reply as a response object of OpenAI's API, or as the events that tell how it grows."""

import json
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from local_ai.errors import ApiError, as_api_error
from local_ai.head.asked.tools import ToolCall
from local_ai.head.reply import Outcome, Reply

_ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "auto",
    "user": None,
}
"""What of the request a response has again, and what it has instead when nothing was sent."""
_CODES = {429: "rate_limit_exceeded", 400: "invalid_prompt"}
"""OpenAI's codes of failed responses by the status that the failure would have had before."""


@dataclass(frozen=True)
class ResponseShape:
    """Tells replies to one request, whose fields are `asked`."""

    asked: dict[str, Any]

    async def whole(self, reply: Reply) -> dict[str, Any]:
        """Returns the response when the reply is over."""
        told = _Told(reply.model, self.asked)
        async with aclosing(reply.pieces()) as pieces:
            async for piece in pieces:
                told.take(piece)
        return told.done(reply.outcome)

    async def events(self, reply: Reply) -> AsyncGenerator[str]:
        """The events; one that fails in the middle ends with `error` and `response.failed`."""
        told = _Told(reply.model, self.asked)
        for kind in ("created", "in_progress"):
            yield told.event(f"response.{kind}", response=told.response("in_progress"))
        try:
            async with aclosing(reply.pieces()) as pieces:
                async for piece in pieces:
                    for event in told.take(piece):
                        yield event
        except Exception as error:
            for event in told.failed(as_api_error(error)):
                yield event
            return
        for event in told.end():
            yield event
        response = told.done(reply.outcome)
        yield told.event(f"response.{response['status']}", response=response)


@dataclass
class _Told:
    """What was told of one response so far: its text, or the call of a tool."""

    model: str
    asked: dict[str, Any]
    id: str = field(default_factory=lambda: f"resp_{secrets.token_hex(12)}")
    item_id: str = field(default_factory=lambda: f"msg_{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))
    text: str = ""
    is_begun: bool = False
    call: ToolCall | None = None
    count: int = 0

    def take(self, piece: str | ToolCall) -> list[str]:
        """Returns the events of one more piece."""
        if isinstance(piece, ToolCall):
            self.call = piece
            return self._calling(piece)
        begun = [] if self.is_begun else self._begun()
        self.is_begun = True
        self.text += piece
        return [*begun, self._of_text("response.output_text.delta", delta=piece, logprobs=[])]

    def end(self) -> list[str]:
        """Returns the events that close the text, of a reply that has any or is empty."""
        if self.call is not None and not self.is_begun:
            return []
        begun = [] if self.is_begun else self._begun()
        return [
            *begun,
            self._of_text("response.output_text.done", text=self.text, logprobs=[]),
            self._of_text("response.content_part.done", part=_part(self.text)),
            self._item_event("done", self._message("completed"), 0),
        ]

    def done(self, outcome: Outcome) -> dict[str, Any]:
        """Returns the response when the reply is over."""
        is_cut = outcome.finish == "length"
        return self.response(
            "incomplete" if is_cut else "completed",
            incomplete_details={"reason": "max_output_tokens"} if is_cut else None,
            output=self._output(),
            usage=_usage(outcome),
        )

    def failed(self, error: ApiError) -> list[str]:
        """Returns the events that end a reply which fails in the middle, with its words so far."""
        body = error.body
        told = {name: body[name] for name in ("code", "message", "param")}
        failure = {"code": _CODES.get(error.status, "server_error"), "message": body["message"]}
        output = [self._message("incomplete")] if self.is_begun else []
        response = self.response("failed", error=failure, output=output)
        return [self.event("error", **told), self.event("response.failed", response=response)]

    def response(self, status: str, **fields: Any) -> dict[str, Any]:
        """Returns the response object as it is now."""
        sent = {name: value for name in _ECHOED if (value := self.asked.get(name)) is not None}
        own = {"id": self.id, "object": "response", "created_at": self.created}
        unused = {"error": None, "incomplete_details": None, "usage": None}
        fixed = {"previous_response_id": None, "store": False}
        told = {"model": self.model, "status": status, "parallel_tool_calls": False}
        return {**own, **_ECHOED, **sent, **fixed, **unused, **told, "output": [], **fields}

    def event(self, kind: str, **fields: Any) -> str:
        """Returns one server-sent event."""
        body = {"type": kind, "sequence_number": self.count, **fields}
        self.count += 1
        return f"event: {kind}\ndata: {json.dumps(body)}\n\n"

    def _begun(self) -> list[str]:
        return [
            self._item_event("added", self._message("in_progress", content=[]), 0),
            self._of_text("response.content_part.added", part=_part("")),
        ]

    def _calling(self, call: ToolCall) -> list[str]:
        at = int(self.is_begun)
        place = {"item_id": _item_id(call), "output_index": at}
        kind = "response.function_call_arguments"
        return [
            self._item_event("added", _called(call, "in_progress", ""), at),
            self.event(f"{kind}.delta", **place, delta=call.arguments),
            self.event(f"{kind}.done", **place, name=call.name, arguments=call.arguments),
            self._item_event("done", _called(call, "completed", call.arguments), at),
        ]

    def _of_text(self, kind: str, **fields: Any) -> str:
        return self.event(kind, item_id=self.item_id, output_index=0, content_index=0, **fields)

    def _item_event(self, what: str, item: dict[str, Any], at: int) -> str:
        return self.event(f"response.output_item.{what}", output_index=at, item=item)

    def _output(self) -> list[dict[str, Any]]:
        calls = [_called(self.call, "completed", self.call.arguments)] if self.call else []
        return [self._message("completed"), *calls] if self.text or not calls else calls

    def _message(self, status: str, content: list[Any] | None = None) -> dict[str, Any]:
        parts = [_part(self.text)] if content is None else content
        own = {"id": self.item_id, "type": "message", "role": "assistant"}
        return {**own, "status": status, "content": parts}


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item_id(call: ToolCall) -> str:
    return call.id.replace("call_", "fc_")


def _called(call: ToolCall, status: str, arguments: str) -> dict[str, Any]:
    own = {"id": _item_id(call), "type": "function_call", "call_id": call.id}
    return {**own, "name": call.name, "arguments": arguments, "status": status}


def _usage(outcome: Outcome) -> dict[str, Any]:
    return {
        "input_tokens": outcome.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": outcome.reply_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": outcome.prompt_tokens + outcome.reply_tokens,
    }
