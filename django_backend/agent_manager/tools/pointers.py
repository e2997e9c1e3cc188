"""JSON pointers, by RFC 6901: which part of a document is meant."""

from __future__ import annotations

import re
from typing import Any

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class NotThere(LookupError):
    """The document has nothing at that place."""


def pointed_at(document: Any, pointer: str) -> Any:
    """Returns what a pointer such as `/rows/0/name` means; "" is the whole. Raises NotThere."""
    found = document
    for token in pointer.split("/")[1:]:
        found = _inside(found, token.replace("~1", "/").replace("~0", "~"))
    return found


def _inside(value: Any, token: str) -> Any:
    if isinstance(value, dict) and token in value:
        return value[token]
    if isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
        return value[int(token)]
    raise NotThere(token)
