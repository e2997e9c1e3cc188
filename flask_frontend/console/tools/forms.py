"""One tool as a form has it, and as REST takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

Kind = Literal["line", "text", "json", "headers", "names", "number", "choice"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
BUILT_IN = ("end_session", "date_time", "note")
_EXAMPLE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"day": {"type": "string", "description": "Such as 2026-05-01"}},
    "required": ["day"],
}


@dataclass(frozen=True)
class Field:
    """One field of a tool's form; `name` is REST's, `most` the characters, or the number."""

    name: str
    kind: Kind = "line"
    most: int = 0
    is_needed: bool = False


_BOTH = (
    Field("headers", "headers", 20_000),
    Field("secrets", "names", 400),
    Field("timeout", "number", 30),
    Field("secret_fields", "names", 1300),
)
FIELDS: Mapping[str, tuple[Field, ...]] = {
    "http": (
        Field("name", most=64, is_needed=True),
        Field("description", "text", 1000, is_needed=True),
        Field("parameters", "json", 8000),
        Field("method", "choice"),
        Field("url", most=2000, is_needed=True),
        Field("body", "json", 10_000),
        Field("answer", most=500),
        *_BOTH,
    ),
    "mcp": (
        Field("name", most=64, is_needed=True),
        Field("url", most=2000, is_needed=True),
        Field("allow", "names", 2600),
        *_BOTH,
    ),
}
"""The fields of each kind, in the order in which they stand."""
NAMES = {"arguments", *(field.name for fields in FIELDS.values() for field in fields)}
Form = MultiDict[str, str]


def shown(tool: Mapping[str, Any]) -> dict[str, str]:
    """Returns the texts of a tool's form."""
    return {
        field.name: _SHOWN.get(field.kind, str)(tool[field.name])
        for field in FIELDS[tool["kind"]]
        if tool.get(field.name) is not None
    }


def blank(kind: str) -> dict[str, str]:
    """Returns the texts of a form that nobody has filled in: with parameters to begin with."""
    return {"parameters": _pretty(_EXAMPLE)} if kind == "http" else {}


def typed(kind: str, form: Form) -> dict[str, str]:
    """Returns what stands in the form."""
    texts = {field.name: form.get(field.name, "") for field in FIELDS[kind]}
    chosen = form.getlist("chosen")
    if chosen or form.get("listed"):
        texts["allow"] = "\n".join(chosen)
    return {name: text.replace("\r\n", "\n").strip() for name, text in texts.items()}


def sent(kind: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Returns the tool as REST takes it, with what cannot be read as it was typed.

    The backend says what is wrong with that.
    """
    found = {
        field.name: _SENT.get(field.kind, _text)(texts[field.name])
        for field in FIELDS[kind]
        if texts.get(field.name)
    }
    return {"kind": kind, "name": "", **found}


def read_json(text: str) -> Any:
    """Returns what JSON means, or the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _text(text: str) -> str:
    return text


def _number(text: str) -> Any:
    value = read_json(text)
    return value if isinstance(value, int | float) else text


def _names(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _colon, value in pairs}


_SHOWN = {
    "json": _pretty,
    "names": "\n".join,
    "headers": lambda found: "\n".join(f"{name}: {value}" for name, value in found.items()),
    "number": lambda value: f"{value:g}",
}
_SENT: Mapping[str, Any] = {
    "json": read_json,
    "names": _names,
    "headers": _headers,
    "number": _number,
}
