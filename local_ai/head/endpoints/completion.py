"""A reply in OpenAI's shape: one object, or server-sent events."""

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from local_ai.head.asked.tools import ToolCall
from local_ai.head.reply import Outcome, Reply
from local_ai.streams import event, failed

DONE = "data: [DONE]\n\n"


@dataclass(frozen=True)
class Envelope:
    """The fields that every piece of a completion has, with the model that really answers."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def around(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Returns the fields in the envelope; `kind` is OpenAI's `object`."""
        own = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**own, "system_fingerprint": None, **fields}


async def whole(reply: Reply) -> dict[str, Any]:
    """Returns the completion as one object, when the reply is over."""
    async with aclosing(reply.pieces()) as pieces:
        given = [piece async for piece in pieces]
    text = "".join(piece for piece in given if isinstance(piece, str))
    calls = [_call(piece) for piece in given if isinstance(piece, ToolCall)]
    content = None if calls and not text else text
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None}
    return Envelope(reply.model).around(
        "chat.completion",
        choices=[{**choice, "finish_reason": reply.outcome.finish}],
        usage=_usage(reply.outcome),
    )


async def events(reply: Reply, has_usage: bool) -> AsyncGenerator[str]:
    """The completion as events; one that fails in the middle ends with OpenAI's error object."""
    envelope = Envelope(reply.model)

    def chunk(choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> str:
        counted = {"usage": usage} if has_usage else {}
        return event(envelope.around("chat.completion.chunk", choices=choices, **counted))

    yield chunk([_piece({"role": "assistant", "content": ""})])
    try:
        async with aclosing(reply.pieces()) as pieces:
            async for piece in pieces:
                for delta in _deltas(piece):
                    yield chunk([_piece(delta)])
    except Exception as error:
        yield failed(error)
        return
    yield chunk([_piece({}, reply.outcome.finish)])
    if has_usage:
        yield chunk([], _usage(reply.outcome))
    yield DONE


def _deltas(piece: str | ToolCall) -> list[dict[str, Any]]:
    """Words, or a call: its name first, then its arguments."""
    if isinstance(piece, str):
        return [{"content": piece}]
    named = {"name": piece.name, "arguments": ""}
    begun = {"index": 0, "id": piece.id, "type": "function", "function": named}
    rest = {"index": 0, "function": {"arguments": piece.arguments}}
    return [{"tool_calls": [begun]}, {"tool_calls": [rest]}]


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _usage(outcome: Outcome) -> dict[str, int]:
    return {
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.reply_tokens,
        "total_tokens": outcome.prompt_tokens + outcome.reply_tokens,
    }


def _piece(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
