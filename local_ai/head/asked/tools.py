"""The tools that a request offers, and which of them have to be used."""

from dataclasses import dataclass
from typing import Any

from local_ai.errors import invalid
from local_ai.fields import Fields

REQUIRED = "required"
_CHOICES = ("auto", "none", REQUIRED)
_MOST_TOOLS = 32
OWN = "say"
"""The name of the tool by which the model says words."""


@dataclass(frozen=True)
class Tools:
    """Functions as OpenAI's API has them: name, description, and parameters as a JSON schema.

    `is_needed` says that one of them has to be called.
    """

    functions: tuple[dict[str, Any], ...]
    is_needed: bool


@dataclass(frozen=True)
class ToolCall:
    """A tool that is to be called; `arguments` are JSON."""

    id: str
    name: str
    arguments: str


def tools_of(fields: Fields) -> Tools | None:
    """Returns what a request offers, None when nothing may be used; raises ApiError."""
    if not fields.given("tools"):
        if fields.given("tool_choice") not in (None, "auto", "none"):
            message = "'tool_choice' is only allowed when 'tools' are given."
            raise invalid("tool_choice", message)
        return None
    offered = fields.objects("tools")
    if len(offered) > _MOST_TOOLS:
        raise invalid("tools", f"'tools' may have {_MOST_TOOLS}.", "array_above_max_length")
    functions = [_function(each) for each in offered]
    choice = _choice(fields)
    if choice in ("auto", "none", REQUIRED):
        needed = tuple(functions)
    else:
        needed = tuple(each for each in functions if each["name"] == choice)
    if not needed:
        raise invalid("tool_choice", f"'tool_choice' names '{choice}', which is not in 'tools'.")
    return None if choice == "none" else Tools(needed, choice != "auto")


def _function(tool: Fields) -> dict[str, Any]:
    tool.choice("type", ("function",))
    function = tool.object("function") if "function" in tool else tool
    parameters = function.object("parameters").values
    name = function.text("name", longest=64)
    if name == OWN:
        message = f"'{OWN}' is the name of this server's own tool. Please choose another one."
        raise invalid(function.where("name"), message)
    return {
        "name": name,
        "description": str(function.given("description") or ""),
        "parameters": parameters if "type" in parameters else {"type": "object", **parameters},
    }


def _choice(fields: Fields) -> str:
    """One of _CHOICES, or the name of a function."""
    given = fields.given("tool_choice", "auto") or "auto"
    if isinstance(given, str):
        return fields.choice("tool_choice", _CHOICES, default="auto")
    choice = fields.object("tool_choice")
    choice.choice("type", ("function",))
    return (choice.object("function") if "function" in choice else choice).text("name")
