"""What a refused request tells about the server: a field, an order of roles, a size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent_manager.providers.causes import code_of
from agent_manager.providers.errors import name_or_nothing

FIELDS = (
    "stream_options",
    "max_completion_tokens",
    "max_tokens",
    "parallel_tool_calls",
    "tool_choice",
    "reasoning_effort",
    "prompt_cache_key",
    "verbosity",
    "temperature",
    "top_p",
    "tools",
    "stream",
)
"""What may be left out, longer names first: `stream` is a part of `stream_options`."""
_WORDS_FOR_FIELDS = (
    (
        re.compile(
            r"(?:support|use|with|enable)\w* (?:for )?(?:tool|function)|tool(?:s| use| call)"
            r"|function.call"
        ),
        "tools",
    ),
    (re.compile(r"stream(?:ing)? (?:is |are )?(?:not|un)|not support stream"), "stream"),
)
_TOO_LONG = re.compile(
    r"context.{0,12}(?:length|size|window|limit)|exceed_context|too many tokens|context overflow"
    r"|prompt is too long|input is too long|input.{0,30}too large|maximum.{0,20}tokens"
    r"|tokens?.{0,40}(?:exceed|must be <=)|request too large|reduce the length"
    r"|longer than the model"
)
_WINDOW = re.compile(
    r"(?:context (?:length|size|window)|n_ctx|maximum(?: of| number of tokens| allowed)?"
    r"|max_model_len|must be <=|length of only|window of|model with|limit of|>)\D{0,24}?(\d{3,8})"
    r"|(\d{3,8})(?: tokens?)? (?:maximum|max)"
)
_ASKED = re.compile(
    r"(?:requested|contains|has|given:?|input \(|prompt_tokens\D{0,4}|too long:)\D{0,16}?(\d{3,8})"
)
_NO_SYSTEM = re.compile(
    r"system (?:role|message|prompt|instruction)s?.{0,40}(?:not|un)\s?-?"
    r"(?:supported|allowed|valid|enabled)"
    r"|(?:not support|unsupported|unknown|invalid|unexpected).{0,30}\bsystem\b"
    r"|only user(?:,| and).{0,20}assistant|developer instruction is not enabled"
)
_IN_TURNS = re.compile(
    r"alternat|must be (?:from )?(?:a |the )?[\"'`]?user|first message|user (?:role|message) first"
    r"|no user query|expected last role|assistant messages at the end|assistant response prefill"
    r"|start with (?:a |the )?[\"'`]?user|last message|roles? must|consecutive|jinja|chat template"
)


@dataclass(frozen=True)
class Refusal:
    """A refused request. `said` is the server's text in small letters; it goes nowhere else."""

    status: int
    code: str
    said: str = field(repr=False)
    param: str = ""
    window: int = 0
    asked: int = 0

    @property
    def is_too_long(self) -> bool:
        """Whether the request was more than the model can read."""
        if self.status in (401, 402, 403, 404, 429):
            return False
        known = self.code in ("context_length_exceeded", "exceed_context_size_error")
        return known or self.status == 413 or bool(_TOO_LONG.search(self.said))

    @property
    def no_system(self) -> bool:
        """Whether the server takes no system role."""
        return bool(_NO_SYSTEM.search(self.said))

    @property
    def in_turns(self) -> bool:
        """Whether the server wants another order of roles."""
        return bool(_IN_TURNS.search(self.said))

    def refused_field(self, sent: Mapping[str, Any]) -> str:
        """The field that it names among those that were sent; "" when it names none."""
        if self.param in sent:
            return self.param
        for name in FIELDS:
            if name in sent and re.search(rf"\b{name}\b", self.said):
                return name
        found = (name for words, name in _WORDS_FOR_FIELDS if words.search(self.said))
        return next((name for name in found if name in sent), "")


def read_refusal(status: int, body: object) -> Refusal:
    """The refusal in an answer with this status, or in an error object; `body` is its JSON."""
    said = _text(body).lower()[:20_000]
    window = _numbers(body, ("n_ctx", "max_context_length", "context_length"))
    asked = _numbers(body, ("n_prompt_tokens", "prompt_tokens"))
    return Refusal(
        status=status,
        code=code_of(body).lower(),
        said=said,
        param=_param(body),
        window=window or _number(_WINDOW, said),
        asked=asked or _number(_ASKED, said),
    )


def _text(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text.replace(",", ""))
    return int(next(group for group in found.groups() if group)) if found else 0


def _numbers(body: object, names: tuple[str, ...]) -> int:
    for key, value in _pairs(body):
        if key in names and isinstance(value, int):
            return value
    return 0


def _param(body: object) -> str:
    """The field that an error names: OpenAI's `param`, or the end of pydantic's `loc`."""
    for key, value in _pairs(body):
        if key == "param" and name_or_nothing(value):
            return str(value).partition("[")[0].partition(".")[0]
        if key == "loc" and isinstance(value, list) and len(value) > 1:
            return name_or_nothing(value[1])
    return ""


def _pairs(body: object, depth: int = 4) -> Iterator[tuple[str, object]]:
    """The pairs of key and value in JSON, also those of what lies within."""
    if depth and isinstance(body, Mapping):
        for key, value in body.items():
            yield str(key), value
            yield from _pairs(value, depth - 1)
    elif depth and isinstance(body, list):
        for each in body[:20]:
            yield from _pairs(each, depth - 1)
