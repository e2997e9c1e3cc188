"""How the model uses tools: what it is told, what it has to write, and reading that.

Templates of models have shapes of their own for calls, and small models do not keep to them. So
each answer is one line that a grammar enforces, with any model: `say: ` and words to the person, or
the name of a tool, a colon and its arguments as JSON. Words begin with the third token so.
"""

import json
import secrets
from collections.abc import Collection, Sequence
from typing import Any

from local_ai.head.asked.messages import call_as_text
from local_ai.head.asked.tools import OWN, ToolCall, Tools
from local_ai.head.history import Spoken

_SAYING = f"{OWN}: "
_RULES = (
    "Each answer is one of two things. Words to the person:\n"
    f"{_SAYING}I am sorry, I cannot do that.\n"
    "Or the use of a tool:\n"
    "{example}\n"
    "Use a tool as soon as the person wants what it does and has told what it needs; ask for what "
    "is missing. Talk, sums and general knowledge need no tool. Never say that something is done, "
    "and never tell what a tool finds out, before that tool has answered."
)
_COMPACT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""How the grammar has JSON written: blanks that mean nothing take a token each."""


def told(tools: Tools) -> str:
    """Returns the instructions by which the model uses tools."""
    lines = "\n".join(map(_line, tools.functions))
    return f"Your tools:\n{lines}\n\n{_RULES.format(example=_example(tools.functions[0]))}"


def grammar(tools: Tools, names: Collection[str]) -> str:
    """Returns the grammar by which one of these tools is called, or words are said (`say`)."""
    called = [each for each in tools.functions if each["name"] in names]
    ways = [f"{json.dumps(_opening(each['name']))} a{at}" for at, each in enumerate(called)]
    if OWN in names:
        ways.insert(0, f"{json.dumps(_SAYING)} WORDS")
    lines = ["%llguidance {}", f"start: {' | '.join(ways)}", r"WORDS: /\S(.|\n)*/"]
    lines += [f"a{at}: %json {json.dumps(_schema(each))}" for at, each in enumerate(called)]
    return "\n".join(lines)


def as_written(said: Sequence[Spoken]) -> list[Spoken]:
    """Returns a conversation with the model's words as it has to write them."""
    return [
        Spoken("assistant", f"{_SAYING}{each.text}")
        if each.role == "assistant" and each.text
        else each
        for each in said
    ]


class Reading:
    """What the model has written so far of its line."""

    def __init__(self) -> None:
        self._written = ""
        self._given = len(_SAYING)

    def more(self, piece: str) -> str:
        """Returns the new words to the person; in the call of a tool there are none."""
        self._written += piece
        if not self._written.startswith(_SAYING):
            return ""
        fresh, self._given = self._written[self._given :], len(self._written)
        return fresh

    def call(self) -> ToolCall | None:
        """Returns the call of a tool, if that is what was written, whole."""
        name, _, arguments = self._written.partition(": ")
        try:
            given = json.loads(arguments)
        except ValueError:
            return None
        if name == OWN or not isinstance(given, dict):
            return None
        return ToolCall(f"call_{secrets.token_hex(12)}", name, json.dumps(given))


def _opening(name: str) -> str:
    return f"{name}: "


def _line(function: dict[str, Any]) -> str:
    """One tool as the model is told of it, in few tokens: it reads some 70 of them a second."""
    schema = function["parameters"]
    needed = schema.get("required", ())
    fields = ", ".join(
        f"{name}{'' if name in needed else ' (may be left out)'}: {_kind(each)}"
        for name, each in schema.get("properties", {}).items()
    )
    return f"- {function['name']}: {function['description']} Arguments: {fields or 'none'}"


def _kind(schema: Any) -> str:
    """What a value is, by the words of whoever made the tool where these say it."""
    if not isinstance(schema, dict):
        return "anything"
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if schema.get("type") in ("object", "array"):
        return json.dumps(schema, ensure_ascii=False)
    return str(schema.get("description") or schema.get("type") or "anything")


def _example(function: dict[str, Any]) -> str:
    names = function["parameters"].get("properties", {})
    return call_as_text(function["name"], json.dumps(dict.fromkeys(names, "...")))


def _schema(function: dict[str, Any]) -> dict[str, Any]:
    closed = {"additionalProperties": False} if "properties" in function["parameters"] else {}
    return {**closed, **function["parameters"], "x-guidance": _COMPACT}
