"""`{{places}}` in what an operator wrote for a tool: its parameters, and its secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

PLACE = re.compile(r"\{\{([^{}]*)\}\}")
SECRET = "secret:"
"""What a place begins with that stands for a secret and not for a parameter."""
_GONE = object()
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_FOLDERS = re.compile(r"[/\\]")


class NotAllowed(ValueError):
    """An argument that may not stand where it would be put; `name` is its parameter."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def in_text(text: str) -> list[str]:
    """Returns what stands in the places of a text, one after the other."""
    return [place.strip() for place in PLACE.findall(text)]


def in_body(body: Any) -> list[str]:
    """Returns what stands in the places of a body: of a text, or of all texts in JSON."""
    if isinstance(body, str):
        return in_text(body)
    if isinstance(body, Mapping):
        return [place for key, each in body.items() for place in (*in_text(key), *in_body(each))]
    return [place for each in body for place in in_body(each)] if isinstance(body, list) else []


def filled_url(url: str, arguments: Mapping[str, Any]) -> str:
    """Returns the address with its arguments, encoded for the path or the query.

    Raises NotAllowed for one that would lead to another folder of the path.
    """
    before, mark, query = url.partition("?")

    def of_path(name: str) -> str:
        words = as_text(arguments.get(name))
        if not words or {".", ".."} & set(_FOLDERS.split(words)):
            raise NotAllowed(name)
        return quote(words, safe="")

    path = _filled(before, of_path)
    return path + mark + _filled(query, lambda name: quote(as_text(arguments.get(name)), safe=""))


def filled_text(text: str, arguments: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """Returns a text with its arguments and secrets; what is not known is left empty."""
    return _filled(text, lambda name: as_text(_value(name, arguments, secrets)))


def filled_header(text: str, arguments: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """Returns a header's value; raises NotAllowed for an argument that would begin another line."""

    def of_header(name: str) -> str:
        words = as_text(_value(name, arguments, secrets))
        if _CONTROLS.search(words) or not words.isascii():
            raise NotAllowed(name)
        return words

    return _filled(text, of_header)


def filled_body(body: Any, arguments: Mapping[str, Any], secrets: Mapping[str, str]) -> Any:
    """Returns JSON with its arguments and secrets.

    A text that is one place and nothing else becomes the argument as it is, a number or a list for
    instance; where it was not given, its key is left out.
    """
    found = _filled_json(body, arguments, secrets)
    return None if found is _GONE else found


def as_text(value: Any) -> str:
    """Returns an argument as text: a text as it is, nothing as "", all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _filled_json(body: Any, arguments: Mapping[str, Any], secrets: Mapping[str, str]) -> Any:
    if isinstance(body, str):
        alone = PLACE.fullmatch(body)
        if alone:
            return _value(alone[1].strip(), arguments, secrets, missing=_GONE)
        return filled_text(body, arguments, secrets)
    if isinstance(body, Mapping):
        items = {key: _filled_json(each, arguments, secrets) for key, each in body.items()}
        return {key: each for key, each in items.items() if each is not _GONE}
    if isinstance(body, list):
        rows = [_filled_json(each, arguments, secrets) for each in body]
        return [each for each in rows if each is not _GONE]
    return body


def _value(
    name: str, arguments: Mapping[str, Any], secrets: Mapping[str, str], missing: Any = None
) -> Any:
    if name.startswith(SECRET):
        return secrets.get(name.removeprefix(SECRET).strip(), "")
    return arguments.get(name, missing)


def _filled(text: str, value_of: Callable[[str], str]) -> str:
    return PLACE.sub(lambda place: value_of(place[1].strip()), text)
