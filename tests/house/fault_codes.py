"""Every code of a fault that the backend's source names, with the values that its words may use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from support.processes import ROOT

BACKEND = ROOT / "django_backend"
MAKERS = {"fault": 0, "matching": 1, "_NotTaken": 1, "Code": 0}
"""What makes a fault, and which of its arguments is the code."""
PLACE = frozenset({"line", "column"})
"""What `_NotTaken` tells of every fault."""

OF_FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "required": (),
    "null": (),
    "blank": (),
    "not_text": (),
    "not_number": (),
    "not_whole": (),
    "not_a_day": (),
    "not_a_list": (),
    "not_a_dict": (),
    "max_length": ("limit",),
    "min_value": ("limit",),
    "max_value": ("limit",),
    "too_few": (),
    "no_scopes": (),
    "invalid_choice": (),
    "null_characters_not_allowed": (),
    "surrogate_characters_not_allowed": (),
    "username_signs": (),
    "password_too_short": ("min_length",),
    "password_too_common": (),
    "password_too_similar": (),
    "password_entirely_numeric": (),
}
"""Codes of REST framework's and Django's own faults, with the values that come along: see
`tests/backend/common/test_faults.py`."""


def named() -> dict[str, frozenset[str]]:
    """Returns the values that each code's words can rely on, by code."""
    found: dict[str, frozenset[str]] = {}
    for code, params in _calls():
        found[code] = found.get(code, params) & params
    return found


def uncoded() -> list[str]:
    """Returns where an error of a field is raised with a plain text, which has no code."""
    return sorted(
        f"{path.relative_to(BACKEND)}:{call.lineno}"
        for path, call in _all_calls()
        if _name(call) in ("ValidationError", "ParseError") and any(map(_is_text, _leaves(call)))
    )


def _calls() -> Iterator[tuple[str, frozenset[str]]]:
    for _path, call in _all_calls():
        place = MAKERS.get(_name(call))
        code = call.args[place] if place is not None and len(call.args) > place else None
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            own = frozenset(each.arg for each in call.keywords if each.arg)
            spread = PLACE if _spreads(call) or _name(call) == "_NotTaken" else frozenset()
            yield code.value, own | spread


def _all_calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(BACKEND.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


def _name(call: ast.Call) -> str:
    made = call.func
    return made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")


def _spreads(call: ast.Call) -> bool:
    return any(each.arg is None for each in call.keywords)


def _leaves(node: ast.AST) -> Iterator[ast.AST]:
    """The values that an error is made of: its arguments, and what stands in their lists."""
    for each in getattr(node, "args", None) or getattr(node, "elts", None) or _values(node):
        yield each
        if isinstance(each, ast.Dict | ast.List):
            yield from _leaves(each)


def _values(node: ast.AST) -> list[ast.expr]:
    return node.values if isinstance(node, ast.Dict) else []


def _is_text(node: ast.AST) -> bool:
    is_constant = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_constant or isinstance(node, ast.JoinedStr)
