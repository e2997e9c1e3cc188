"""POST /v1/chat/completions: the demo's replies, whole or word by word."""

import json
import re
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from local_ai.errors import invalid
from local_ai.fields import Fields, json_fields
from local_ai.head.demo import Heard, reply

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_INSTRUCTING = ("system", "developer")
_GREET = re.compile(r"\b(greet|welcome|introduce yourself|say hello)", re.IGNORECASE)


@dataclass(frozen=True)
class Spoken:
    """One message of the request: who said it, and its text."""

    role: str
    text: str


@dataclass(frozen=True)
class Completion:
    """The reply and what surrounds it in OpenAI's answer."""

    id: str
    created: int
    model: str
    words: list[str]
    finish_reason: str
    prompt_tokens: int

    @property
    def usage(self) -> dict[str, int]:
        """Returns OpenAI's three counts, of words: nothing here has a tokenizer."""
        spoken = len(self.words)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": spoken,
            "total_tokens": self.prompt_tokens + spoken,
        }

    def envelope(self, kind: str) -> dict[str, Any]:
        """Returns the fields that every piece of a completion has."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


async def create_completion(request: Request) -> Response:
    """The reply, streamed as server-sent events when `stream` is true."""
    fields = await json_fields(request)
    model = fields.text("model")
    messages = [_message(entry, at) for at, entry in enumerate(fields.array("messages"))]
    fields.number("temperature", 0, 2, default=1)
    fields.number("n", 1, 1, default=1)
    streamed = fields.boolean("stream")
    options = fields.object("stream_options")
    if "stream_options" in fields and not streamed:
        raise invalid("stream_options", "'stream_options' is only allowed when streaming.")
    completion = _complete(model, messages, _longest(fields))
    if streamed:
        events = _events(completion, options.boolean("include_usage"))
        return StreamingResponse(events, media_type="text/event-stream")
    return JSONResponse(_whole(completion))


def heard(messages: list[Spoken]) -> Heard:
    """What the demo makes its reply from; a turn that came in pieces is put together."""
    said = [message for message in messages if message.role not in _INSTRUCTING]
    last = messages[-1]
    turn: list[str] = []
    for message in reversed(said):
        if message.role != "user":
            break
        turn.insert(0, message.text)
    return Heard(
        words=" ".join(turn) if turn else None,
        turn=sum(message.role == "user" for message in said),
        asked_to_greet=last.role in _INSTRUCTING and bool(said and _GREET.search(last.text)),
        speaks_first=not said,
    )


def _complete(model: str, messages: list[Spoken], longest: int | None) -> Completion:
    words = re.findall(r"\s*\S+", reply(heard(messages)))
    cut = longest is not None and longest < len(words)
    return Completion(
        id=f"chatcmpl-{secrets.token_hex(12)}",
        created=int(time.time()),
        model=model,
        words=words[:longest],
        finish_reason="length" if cut else "stop",
        prompt_tokens=sum(len(message.text.split()) for message in messages),
    )


def _longest(fields: Fields) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        if name in fields:
            return int(fields.number(name, 1, 1_000_000, default=1))
    return None


def _message(entry: Any, at: int) -> Spoken:
    where = f"messages[{at}]"
    if not isinstance(entry, dict):
        raise invalid(where, f"Invalid type for '{where}': expected an object.", "invalid_type")
    role = Fields(entry, where).choice("role", _ROLES)
    content = entry.get("content")
    if content is None and role == "assistant":
        content = ""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        content = " ".join(str(part.get("text", "")) for part in parts)
    if not isinstance(content, str):
        where += ".content"
        raise invalid(where, f"'{where}' must be text or a list of parts.", "invalid_type")
    return Spoken(role, content)


def _whole(completion: Completion) -> dict[str, Any]:
    message = {"role": "assistant", "content": "".join(completion.words), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None}
    return {
        **completion.envelope("chat.completion"),
        "choices": [{**choice, "finish_reason": completion.finish_reason}],
        "usage": completion.usage,
    }


async def _events(completion: Completion, with_usage: bool) -> AsyncIterator[str]:
    envelope = completion.envelope("chat.completion.chunk")

    def event(choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> str:
        counted = {"usage": usage} if with_usage else {}
        return f"data: {json.dumps({**envelope, 'choices': choices, **counted})}\n\n"

    yield event([_piece({"role": "assistant", "content": ""})])
    for word in completion.words:
        yield event([_piece({"content": word})])
    yield event([_piece({}, completion.finish_reason)])
    if with_usage:
        yield event([], completion.usage)
    yield "data: [DONE]\n\n"


def _piece(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
