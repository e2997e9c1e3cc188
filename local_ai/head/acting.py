"""How the model uses tools: what it is told, what it has to write, and reading that.

Templates of models have shapes of their own for calls, and small models do not keep to them. So
each answer is a JSON object that a grammar enforces, with any model: the call of one tool, or of
our own tool that says words to the person.
"""

import json
import re
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from local_ai.head.asked.messages import call_as_text
from local_ai.head.asked.tools import OWN, ToolCall, Tools
from local_ai.head.history import Spoken
from local_ai.head.reply import Revised

_SAY_WORDS: dict[str, Any] = {
    "name": OWN,
    "description": (
        "Says words to the person: greetings, talk, jokes, sums, general knowledge, advice, and "
        "what another tool has found. This is what you use unless another tool does exactly what "
        "the person wants."
    ),
    "parameters": {
        "type": "object",
        "properties": {"words": {"type": "string"}},
        "required": ["words"],
    },
}
_EXAMPLES = (
    ('"Who wrote Hamlet?"', "William Shakespeare wrote it."),
    ('"How do I boil rice?"', "Put it into boiling water for a quarter of an hour."),
    ("what no tool does", "I am sorry, I cannot do that."),
)
_BEGINNING = re.compile(
    rf'\s*\{{\s*"tool"\s*:\s*"{OWN}"\s*,\s*"arguments"\s*:\s*\{{\s*"words"\s*:\s*"'
)
_LETTERS = re.compile(r'(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*')


def told(tools: Tools) -> str:
    """Returns the instructions by which the model uses tools."""
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in _all(tools))
    return (
        f"You act by tools, one at a time:\n{lines}\n\n"
        'Answer with one JSON object: {"tool": "its name", "arguments": {...}}. '
        "What another tool does or finds out is never said without calling it first."
        f"{'' if tools.is_needed else _examples()}"
    )


def wanted(tools: Tools) -> dict[str, Any]:
    """Returns OpenAI's response_format for the call of one of the tools."""
    calls = [
        {
            "type": "object",
            "properties": {"tool": {"const": each["name"]}, "arguments": each["parameters"]},
            "required": ["tool", "arguments"],
            "additionalProperties": False,
        }
        for each in _all(tools)
    ]
    return {"type": "json_schema", "json_schema": {"schema": {"anyOf": calls}}}


def as_written(said: Sequence[Spoken]) -> list[Spoken]:
    """Returns a conversation with the model's words as it has to write them."""
    return [
        Spoken("assistant", _saying(each.text)) if each.role == "assistant" and each.text else each
        for each in said
    ]


class Acting(Revised):
    """A reply of the model that may be the call of a tool."""

    async def pieces(self) -> AsyncGenerator[str | ToolCall]:
        """The words as they come, or at the end the call; nothing of a call that was cut short."""
        reading = Reading()
        async with aclosing(self.written.pieces()) as pieces:
            async for piece in pieces:
                assert isinstance(piece, str)
                if words := reading.more(piece):
                    yield words
        if call := reading.call():
            self.outcome.finish = "tool_calls"
            yield call


class Reading:
    """What the model has written so far of its JSON object."""

    def __init__(self) -> None:
        self._written = ""
        self._given = 0

    def more(self, piece: str) -> str:
        """Returns the new words to the person; in the call of another tool there are none."""
        self._written += piece
        begun = _BEGINNING.match(self._written)
        if begun is None:
            return ""
        letters = _LETTERS.match(self._written, begun.end())
        assert letters is not None
        words: str = json.loads(f'"{letters[0]}"', strict=False)
        if words and 0xD800 <= ord(words[-1]) < 0xDC00:
            words = words[:-1]  # the second half of the character is still to come
        fresh, self._given = words[self._given :], len(words)
        return fresh

    def call(self) -> ToolCall | None:
        """Returns the call of another tool than our own, if that is what was written, whole."""
        if _BEGINNING.match(self._written):
            return None
        try:
            written = json.loads(self._written)
            name, arguments = str(written["tool"]), json.dumps(written["arguments"])
        except (ValueError, KeyError, TypeError):
            return None
        return ToolCall(f"call_{secrets.token_hex(12)}", name, arguments)


def _all(tools: Tools) -> list[dict[str, Any]]:
    return list(tools.functions) if tools.is_needed else [_SAY_WORDS, *tools.functions]


def _saying(words: str) -> str:
    return call_as_text(OWN, json.dumps({"words": words}))


def _examples() -> str:
    return " Examples: " + ", ".join(f"to {ask} {_saying(words)}" for ask, words in _EXAMPLES) + "."
