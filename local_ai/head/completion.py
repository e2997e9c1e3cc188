"""A reply in OpenAI's shape: one object, or server-sent events."""

import json
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from local_ai.errors import as_api_error
from local_ai.head.reply import Outcome, Reply

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
        text = "".join([piece async for piece in pieces])
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None}
    return Envelope(reply.model).around(
        "chat.completion",
        choices=[{**choice, "finish_reason": reply.outcome.finish}],
        usage=_usage(reply.outcome),
    )


async def events(reply: Reply, has_usage: bool) -> AsyncGenerator[str]:
    """The completion as events; one that fails in the middle ends with OpenAI's error object."""
    envelope = Envelope(reply.model)

    def event(choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> str:
        counted = {"usage": usage} if has_usage else {}
        chunk = envelope.around("chat.completion.chunk", choices=choices, **counted)
        return f"data: {json.dumps(chunk)}\n\n"

    yield event([_piece({"role": "assistant", "content": ""})])
    try:
        async with aclosing(reply.pieces()) as pieces:
            async for piece in pieces:
                yield event([_piece({"content": piece})])
    except Exception as error:
        yield f"data: {json.dumps({'error': as_api_error(error).body})}\n\n"
        return
    yield event([_piece({}, reply.outcome.finish)])
    if has_usage:
        yield event([], _usage(reply.outcome))
    yield DONE


def _usage(outcome: Outcome) -> dict[str, int]:
    return {
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.reply_tokens,
        "total_tokens": outcome.prompt_tokens + outcome.reply_tokens,
    }


def _piece(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
