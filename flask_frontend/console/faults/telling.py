"""What the backend found wrong, in this request's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup

from flask_frontend.languages.catalogue import LOCALES, SOURCE
from flask_frontend.languages.choice import language
from flask_frontend.languages.saying import has, say

BODY = "body"
"""The field of what is wrong with a request as a whole."""
_SERVICES = ("console-fields.services.stages.{}", "console-fields.services.{}")
_TOOLS = ("console-tools.fields.{}.name",)
_LABELS: Mapping[str, Sequence[str]] = {
    "services": _SERVICES,
    "variables": ("console-fields.variables.columns.{}",),
    "tools": _TOOLS,
    "tool": _TOOLS,
}
"""Where the page says what parts of a field are called."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where in what was sent, the field first, and what to do about it."""

    path: tuple[str, ...]
    sentence: str

    @property
    def field(self) -> str:
        """The name of the field; that of the whole request where it is about no single one."""
        return self.path[0] if self.path else BODY

    def said(self, after: int = 1) -> str:
        """The sentence, behind where it stands within its field: `after` parts lead to that."""
        labels = [_label(self.field, part) for part in self.path[after:]]
        if not labels:
            return self.sentence
        return Markup(say("console-faults.placed")).format(
            place=", ".join(labels), told=self.sentence
        )


@dataclass(frozen=True)
class Errors(Mapping[str, list[str]]):
    """Sentences by field; `at` has where they are, such as "services.llm.base_url"."""

    by_field: Mapping[str, list[str]] = field(default_factory=dict)
    at: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> list[str]:
        return self.by_field[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_field)

    def __len__(self) -> int:
        return len(self.by_field)


def told(code: object, params: object, detail: object) -> str:
    """Returns the words of a code; without any the backend's own, marked as English."""
    key = f"console-faults.codes.{code}"
    if not has(key):
        return in_english(str(detail))
    values = params if isinstance(params, Mapping) else {}
    return say(key, **{str(name): _shown(value) for name, value in values.items()})


def in_english(sentence: str) -> str:
    """Returns a sentence that is in no other language, such that it is read out as what it is."""
    if language() == SOURCE or not sentence:
        return sentence
    return Markup('<span lang="{}">{}</span>').format(SOURCE, sentence)


def faults_of(problem: Mapping[str, Any]) -> list[Fault]:
    """Returns all that the backend's problem names; what has no code in the backend's words."""
    coded = [
        Fault(_path(each), told(each.get("code"), each.get("params"), each.get("detail")))
        for each in problem.get("faults") or ()
    ]
    known, errors = {each.field for each in coded}, problem.get("errors") or {}
    plain = [(name, each) for name in errors if name not in known for each in errors[name]]
    return coded + [Fault((str(name),), in_english(str(each))) for name, each in plain]


def errors_of(faults: Sequence[Fault]) -> Errors:
    """Returns the faults by field, for a form to show beside what was typed."""
    by_field: dict[str, list[str]] = {}
    for each in faults:
        by_field.setdefault(each.field, []).append(each.said())
    paths = [each.path for each in faults]
    at = {".".join(path[:end]) for path in paths for end in range(1, len(path) + 1)}
    return Errors(by_field, frozenset(at))


def _path(fault: Mapping[str, Any]) -> tuple[str, ...]:
    tokens = str(fault.get("pointer", "#")).split("/")[1:]
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def _label(field: str, part: str) -> str:
    """What a part of a field is called; rows are counted from 1, and names stay what they are."""
    if part.isascii() and part.isdigit():
        return say("console-faults.entry", number=int(part) + 1)
    keys = (pattern.format(part) for pattern in _LABELS.get(field, ()))
    return next((say(key) for key in keys if has(key) and say(key) != key), part)


def _shown(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return format_decimal(value, locale=LOCALES[language()]) if isinstance(value, float) else value
