"""Answers that call tools, in pieces as OpenAI's come, or whole."""

from __future__ import annotations

import itertools
import json
from typing import Any

from starlette.responses import JSONResponse, Response

from .state import Calls

_numbers = itertools.count(1)


def called(calls: Calls, *, streams: bool) -> Response:
    """The answer with these calls and no words."""
    made = [_call(place, name, arguments) for place, (name, arguments) in enumerate(calls)]
    if not streams:
        message = {"role": "assistant", "content": None, "tool_calls": made}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        return JSONResponse({"id": "c", "object": "chat.completion", "choices": [choice]})
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    deltas += [piece for call in made for piece in _pieces(call)]
    events = [_chunk({"delta": delta, "finish_reason": None}) for delta in deltas]
    events += [_chunk({"delta": {}, "finish_reason": "tool_calls"}), b"data: [DONE]\n\n"]
    return Response(b"".join(events), media_type="text/event-stream")


def _call(place: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    identity = f"call_{next(_numbers)}"
    return {"index": place, "id": identity, "type": "function", "function": function}


def _pieces(call: dict[str, Any]) -> list[dict[str, Any]]:
    """A call as it is streamed: its name first, then its arguments in two pieces."""
    arguments = call["function"]["arguments"]
    half = len(arguments) // 2
    first = {**call, "function": {**call["function"], "arguments": ""}}
    rest = [
        {"index": call["index"], "function": {"arguments": text}}
        for text in (arguments[:half], arguments[half:])
    ]
    return [{"tool_calls": [piece]} for piece in (first, *rest)]


def _chunk(choice: dict[str, Any]) -> bytes:
    payload = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, **choice}]}
    return b"data: " + json.dumps(payload).encode() + b"\n\n"
