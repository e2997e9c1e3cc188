"""The messages of a request, as what each side said; tools' calls and results are words too."""

import json
from typing import Any

from local_ai.errors import invalid
from local_ai.fields import Fields, refuse
from local_ai.head.asked.results import FAILED, has_failed
from local_ai.head.history import Spoken

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_UNTAKEN = {"audio": "no sound of an earlier reply is kept here; send its words in 'content'."}
_TEXT_PARTS = ("text", "input_text", "output_text", "refusal")


def messages_of(fields: Fields) -> tuple[Spoken, ...]:
    """Returns the messages of a request; raises ApiError that names the wrong one."""
    found: list[Spoken] = []
    called: dict[str, str] = {}
    for message in fields.objects("messages"):
        found += _spoken(message, called)
    return tuple(found)


def _spoken(message: Fields, called: dict[str, str]) -> list[Spoken]:
    """What a message says, and which tools it calls; `called` has the tools' names by call."""
    role = message.choice("role", _ROLES)
    refuse(message, _UNTAKEN, {})
    calls = list(_calls(message, called)) if role == "assistant" else []
    content = message.given("content")
    if content is None and role == "assistant":
        content = message.given("refusal") or ""
    text = _text(message, content)
    if role in ("tool", "function"):
        name = called.get(str(message.given("tool_call_id")), message.given("name") or "The tool")
        return [Spoken("tool", _result(name, text), name)]
    return ([Spoken(role, text)] if text or not calls else []) + calls


def _calls(message: Fields, called: dict[str, str]) -> list[Spoken]:
    found = []
    if "function_call" in message:
        function = message.object("function_call")
        arguments = function.text("arguments", default="{}")
        name = function.text("name")
        found.append(Spoken("calls", call_as_text(name, arguments), name))
    if "tool_calls" not in message:
        return found
    for call in message.objects("tool_calls"):
        function = call.object("function")
        name = called[str(call.given("id"))] = function.text("name")
        arguments = function.text("arguments", default="{}")
        found.append(Spoken("calls", call_as_text(name, arguments), name))
    return found


def call_as_text(tool: str, arguments: str) -> str:
    """Returns the call of a tool as the model writes it; `arguments` are JSON."""
    try:
        given = json.loads(arguments)
    except ValueError:
        given = arguments
    return f"{tool}: {json.dumps(given, ensure_ascii=False)}"


def _result(tool: str, text: str) -> str:
    """What the model is told of a tool's answer, by whether it did what it was to do."""
    if has_failed(text):
        return f"{tool} {FAILED}: {text}\nTell the person that it was not done, and why."
    return f"{tool} has answered: {text}\nTell the person."


def _text(message: Fields, content: Any) -> str:
    where = message.where("content")
    if isinstance(content, list):
        return " ".join(_part(part, f"{where}[{at}]") for at, part in enumerate(content))
    if not isinstance(content, str):
        raise invalid(where, f"'{where}' must be text or a list of parts.", "invalid_type")
    return content


def _part(part: Any, where: str) -> str:
    if not isinstance(part, dict):
        raise invalid(where, f"Invalid type for '{where}': expected an object.", "invalid_type")
    fields = Fields(part, where)
    kind = fields.text("type", default="text")
    if kind not in _TEXT_PARTS:
        message = f"This model takes text only, not '{kind}'."
        raise invalid(fields.where("type"), message, "unsupported_value")
    return str(part.get("refusal" if kind == "refusal" else "text") or "")
