"""Whether JSON in a reply is the call of a tool that the model wrote as text."""

from __future__ import annotations

import json
import re
from typing import Literal

MOST = 8_000
"""Characters of JSON that are looked at before they count as words."""
KEYS = (
    "name",
    "function",
    "function_call",
    "tool",
    "tool_name",
    "tool_call",
    "tool_calls",
    "action",
    "type",
    "id",
    "arguments",
    "parameters",
)
"""With one of these a call begins."""
ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input", "action_input")
_FIRST_KEY = re.compile(r'\s*\[?\s*\{\s*"([^"]*)("?)')
_START = re.compile(r"\s*\[?\s*(\{\s*)?")

Verdict = Literal["call", "words", "unknown"]


def judge(text: str) -> tuple[Verdict, int]:
    """What a text that begins with `{` or `[` is so far, and where the JSON ends (0 if unknown)."""
    if len(text) > MOST or not _may_be_call(text):
        return "words", 0
    if not text.rstrip().endswith(("}", "]")) and "}" not in text:
        return "unknown", 0
    start = len(text) - len(text.lstrip())
    try:
        found, end = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return "unknown", 0
    return ("call" if is_call(found) else "words"), end


def is_call(found: object) -> bool:
    """Whether a value of JSON has the shape of a call, or of several."""
    if isinstance(found, list):
        return bool(found) and all(is_call(each) for each in found)
    if not isinstance(found, dict):
        return False
    if "tool_calls" in found or "function_call" in found:
        return True
    named = any(found.get(key) for key in ("name", "tool", "tool_name", "function", "action"))
    nested = isinstance(found.get("function"), dict)
    return named and (nested or any(key in found for key in ARGUMENTS))


def was_call(text: str) -> bool:
    """Whether unfinished JSON was to become a call."""
    return _may_be_call(text) and any(f'"{key}"' in text for key in ARGUMENTS)


def _may_be_call(text: str) -> bool:
    if key := _FIRST_KEY.match(text):
        return key[1] in KEYS if key[2] else any(each.startswith(key[1]) for each in KEYS)
    return bool(_START.fullmatch(text))
