"""The fields of an agent as a form has them, and as REST takes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from flask_frontend.console.stages import fields as stages
from flask_frontend.languages.catalogue import LOCALES
from flask_frontend.languages.choice import language

Kind = Literal[
    "line",
    "text",
    "choice",
    "switch",
    "number",
    "whole",
    "language",
    "variables",
    "services",
    "sites",
    "webhooks",
]
Form = MultiDict[str, str]
COLUMNS = ("name", "description", "default")
SWITCH = {"yes": True, "no": False}
FREE_ROWS = 3
MOST_VARIABLES = 20
_CODES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha he "
    "hi hr ht hu hy id is it ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my "
    "ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tr tt "
    "uk ur uz vi yi yo zh haw yue"
)
LANGUAGES = tuple(_CODES.split())
"""The languages that recognisers know, by their codes."""


@dataclass(frozen=True)
class Field:
    """One field of the form; `name` is REST's. `most` and `least` are letters, or a number's."""

    name: str
    kind: Kind
    most: float = 0
    least: float = 0
    step: str = "1"
    options: tuple[str, ...] = ()


GROUPS: Mapping[str, tuple[Field, ...]] = {
    "who": (
        Field("name", "line", 80),
        Field("description", "text", 300),
        Field("instructions", "text", 16_000),
        Field("variables", "variables"),
        Field("first_speaker", "choice", options=("agent", "person")),
        Field("greeting_by", "choice", options=("text", "model")),
        Field("greeting", "text", 1000),
        Field("language", "language"),
        Field("timezone", "line", 64),
    ),
    "voice": (
        Field("voice", "line", 100),
        Field("speech_rate", "number", 2, 0.5, "any"),
        Field("turn_taking", "choice", options=("quick", "normal", "patient")),
        Field("may_be_interrupted", "switch", options=("yes", "no")),
    ),
    "services": (
        Field("services", "services"),
        Field("temperature", "number", 2, 0, "any"),
        Field("reply_tokens", "whole", 100_000),
    ),
    "limits": (
        Field("session_seconds", "whole", 86_400, 30),
        Field("idle_seconds", "whole", 86_400, 10),
        Field("recording", "choice", options=("off", "ask")),
    ),
    "share": (
        Field("visibility", "choice", options=("public", "link", "operators")),
        Field("visitor_instructions", "switch", options=("yes", "no")),
        Field("embed_sites", "sites"),
        Field("webhooks", "webhooks"),
    ),
}
"""The form's parts, in the order in which they stand."""
FIELDS = tuple(field for group in GROUPS.values() for field in group)
NAMES = ("slug", *(field.name for field in FIELDS))


def shown(agent: Mapping[str, Any]) -> Form:
    """Returns an agent as the form shows it; what means the default is empty."""
    form: Form = MultiDict()
    for field in FIELDS:
        value = agent.get(field.name)
        if value is not None:
            _SHOWN.get(field.kind, _show_text)(form, field.name, value)
    return form


def sent(form: Form) -> dict[str, Any]:
    """Returns the fields as REST takes them, None for the default.

    What is none of a field's values goes as it was typed: the backend says what is wrong with it.
    """
    found = {field.name: _SENT.get(field.kind, _text)(form, field.name) for field in FIELDS}
    return {**found, "name": found["name"] or ""}


def merged(form: Form, before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what was typed, and of what was not touched what somebody else has made of it.

    `before` is the agent from which the form was made, `now` what it has become meanwhile.
    """
    typed, old = sent(form), sent(shown(before))
    return {name: now.get(name) if typed[name] == old[name] else typed[name] for name in typed}


def conflicts(form: Form, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Returns the fields that both have changed, to different values."""
    typed, old, new = sent(form), sent(shown(before)), sent(shown(now))
    return [
        name
        for name in typed
        if typed[name] != old[name] and new[name] != old[name] and typed[name] != new[name]
    ]


def rows(form: Form, *, free: int = FREE_ROWS) -> list[dict[str, str]]:
    """Returns the variables as rows by column, with some that are free."""
    filled = [row for row in _rows(form) if any(row.values())]
    return filled + [dict.fromkeys(COLUMNS, "")] * min(free, MOST_VARIABLES - len(filled))


def languages(chosen: str) -> list[tuple[str, str]]:
    """Returns codes and names of languages in the page's own, by name; also what is chosen."""
    names = LOCALES[language()].languages
    codes = {*LANGUAGES, chosen} - {"", "auto"}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1])


def _show_text(form: Form, name: str, value: Any) -> None:
    form[name] = f"{value:g}" if isinstance(value, float) else str(value)


def _show_switch(form: Form, name: str, value: Any) -> None:
    form[name] = "yes" if value else "no"


def _show_sites(form: Form, name: str, value: Iterable[str]) -> None:
    form[name] = "\n".join(value)


def _show_names(form: Form, name: str, value: Iterable[str]) -> None:
    form.setlist(name, list(value))


def _show_variables(form: Form, name: str, value: Iterable[Mapping[str, str]]) -> None:
    for row in value:
        for column in COLUMNS:
            form.add(f"{name}.{column}", row.get(column, ""))


def _text(form: Form, name: str) -> str | None:
    return _typed(form, name) or None


def _switch(form: Form, name: str) -> bool | str | None:
    text = _typed(form, name)
    return SWITCH.get(text, text) if text else None


def _number(form: Form, name: str) -> float | str | None:
    text = _typed(form, name)
    try:
        number = float(text)
    except ValueError:
        return text or None
    return number if math.isfinite(number) else text


def _whole(form: Form, name: str) -> int | str | None:
    text = _typed(form, name)
    return int(text) if text.isascii() and text.isdigit() else text or None


def _sites(form: Form, name: str) -> list[str] | None:
    return [line.strip() for line in _typed(form, name).splitlines() if line.strip()] or None


def _names(form: Form, name: str) -> list[str] | None:
    return [text.strip() for text in form.getlist(name) if text.strip()] or None


def _variables(form: Form, _name: str) -> list[dict[str, str]] | None:
    """The rows in which anything stands; one without a name is for the backend to refuse."""
    filled = [row for row in _rows(form) if any(row.values())]
    return [
        {column: text for column, text in row.items() if text or column == "name"} for row in filled
    ] or None


def _rows(form: Form) -> list[dict[str, str]]:
    columns = [form.getlist(f"variables.{column}") for column in COLUMNS]
    return [
        dict(zip(COLUMNS, (text.strip() for text in row), strict=True))
        for row in zip(*columns, strict=False)
    ]


def _typed(form: Form, name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


_SHOWN: Mapping[str, Callable[[Form, str, Any], None]] = {
    "switch": _show_switch,
    "sites": _show_sites,
    "webhooks": _show_names,
    "services": stages.show,
    "variables": _show_variables,
}
_SENT: Mapping[str, Callable[[Form, str], Any]] = {
    "switch": _switch,
    "number": _number,
    "whole": _whole,
    "sites": _sites,
    "webhooks": _names,
    "services": stages.sent,
    "variables": _variables,
}
