"""What one JSON object of an answer says: words, thoughts, calls of tools, an end or an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from livekit.agents.llm import CompletionUsage

from agent_manager.providers.openai.chat.answers import Payload

Ending = Literal["", "stop", "length", "filtered", "failed"]
THOUGHTS = (
    *("reasoning_content", "reasoning", "reasoning_details", "reasoning_text"),
    *("thinking", "thinking_blocks", "thinking_content", "thought", "thoughts"),
)
"""Where servers put reasoning beside the words."""
PARTS = ("text", "output_text", "value", "content")
"""What they call the words in a part of a content."""
ENDINGS: Mapping[str, Ending] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filtered",
    "safety": "filtered",
    "prohibited_content": "filtered",
    "blocklist": "filtered",
    "recitation": "filtered",
    "sensitive": "filtered",
    "blocked": "filtered",
    "refusal": "filtered",
    "error": "failed",
    "network_error": "failed",
    "abort": "failed",
}
"""What servers call the end of a reply; every other name is an ordinary end."""


@dataclass(frozen=True)
class CallPiece:
    """A piece of a call of a tool: the first has its name, the others go on with the arguments."""

    index: int
    id: str
    name: str
    arguments: str
    extra: dict[str, Any] | None


@dataclass(frozen=True)
class Delta:
    """What one object of an answer adds to the reply. `is_known` says that it is of a chat."""

    id: str = ""
    text: str = ""
    thought: bool = False
    calls: tuple[CallPiece, ...] = ()
    ending: Ending = ""
    usage: CompletionUsage | None = None
    extra: dict[str, Any] | None = None
    is_known: bool = True


@dataclass(frozen=True)
class ErrorObject:
    """An error in place of an answer, as the server put it: `body` may repeat what was asked."""

    status: int
    body: object = field(repr=False)


def read(payload: Payload) -> Delta | ErrorObject:
    """The delta, or the error, that an object of an answer is."""
    if error := _error(payload):
        return error
    choices = payload.get("choices")
    usage = _usage(payload.get("usage"))
    if not isinstance(choices, list):
        return Delta(usage=usage, is_known=usage is not None)
    first = [one for one in choices if isinstance(one, dict) and not one.get("index")]
    identity = _text(payload.get("id"))
    return _delta(identity, first[0], usage) if first else Delta(id=identity, usage=usage)


def _delta(identity: str, choice: Mapping[str, Any], usage: CompletionUsage | None) -> Delta:
    said = choice.get("delta") or choice.get("message")
    said = said if isinstance(said, Mapping) else {"content": said}
    content = said.get("content")
    text = _words(content) or _text(said.get("refusal")) or _text(choice.get("text"))
    thought = any(said.get(name) for name in THOUGHTS) or _has_thoughts(content)
    return Delta(
        id=identity,
        text=text,
        thought=thought,
        calls=_calls(said),
        ending=_ending(choice.get("finish_reason")),
        usage=usage,
        extra=_mapping(said.get("extra_content")),
    )


def _error(payload: Payload) -> ErrorObject | None:
    error = payload.get("error")
    if error:
        inner = error if isinstance(error, Mapping) else {}
        return ErrorObject(_status(inner) or _status(payload), error)
    failed = payload.get("object") == "error" or payload.get("type") == "error"
    if failed or ("detail" in payload and "choices" not in payload):
        return ErrorObject(_status(payload), payload)
    return None


def _status(error: Mapping[str, Any]) -> int:
    for name in ("status", "code", "status_code", "http_code"):
        value = error.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, int) and 100 <= value < 600:
            return value
    return 0


def _ending(reason: object) -> Ending:
    if not isinstance(reason, str) or not reason:
        return ""
    return ENDINGS.get(reason.lower(), "stop")


def _words(content: object) -> str:
    """The text of a content: a string, or parts of which some are reasoning."""
    if isinstance(content, list):
        return "".join(_words(part) for part in content if not isinstance(part, list))
    if isinstance(content, Mapping):
        inside = next((content[name] for name in PARTS if content.get(name)), "")
        return "" if _is_thought(content) or isinstance(inside, list) else _words(inside)
    return _text(content)


def _has_thoughts(content: object) -> bool:
    return isinstance(content, list) and any(
        _is_thought(part) for part in content if isinstance(part, Mapping)
    )


def _is_thought(part: Mapping[str, Any]) -> bool:
    return part.get("type") in ("thinking", "reasoning", "thought") or part.get("thought") is True


def _calls(said: Mapping[str, Any]) -> tuple[CallPiece, ...]:
    calls = said.get("tool_calls")
    old = said.get("function_call")
    if isinstance(old, Mapping):
        calls = [{"function": old}]
    if not isinstance(calls, list):
        return ()
    found = [call for call in calls if isinstance(call, Mapping)]
    return tuple(_call(place, call) for place, call in enumerate(found))


def _call(place: int, call: Mapping[str, Any]) -> CallPiece:
    function = call.get("function")
    function = function if isinstance(function, Mapping) else {}
    index = call.get("index")
    return CallPiece(
        index=index if isinstance(index, int) else place,
        id=_text(call.get("id")),
        name=_text(function.get("name")),
        arguments=_arguments(function.get("arguments")),
        extra=_mapping(call.get("extra_content")),
    )


def _arguments(value: object) -> str:
    if isinstance(value, Mapping):
        return json.dumps(value)
    return _text(value)


def _usage(value: object) -> CompletionUsage | None:
    if not isinstance(value, Mapping):
        return None
    prompt = _mapping(value.get("prompt_tokens_details")) or {}
    completion = _mapping(value.get("completion_tokens_details")) or {}
    return CompletionUsage(
        completion_tokens=_count(value.get("completion_tokens")),
        prompt_tokens=_count(value.get("prompt_tokens")),
        prompt_cached_tokens=_count(prompt.get("cached_tokens")),
        reasoning_tokens=_count(completion.get("reasoning_tokens")),
        total_tokens=_count(value.get("total_tokens")),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None
