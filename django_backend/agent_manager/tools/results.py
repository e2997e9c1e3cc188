"""What becomes of one call of a tool: what the model gets, and what the record shows of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common.text import cut, mend
from voice_sessions.events import ARGUMENTS_LENGTH, SUMMARY_LENGTH

HIDDEN = "•••"
MOST_CHARACTERS = 4000
"""Of an answer that a model is given."""
MOST_LEVELS = 100
"""To which an answer may be nested, and what a server says of its tools."""
SHORTEST_SECRET = 4
"""Characters; a shorter value is not looked for in answers, where it stands for anything."""


class Failed(Exception):
    """A call that came to nothing: `sentence` says why, to models and people; it may have a code.

    `status` is what the server answered, None where it did not.
    """

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


@dataclass(frozen=True)
class Result:
    """What a tool gave: `text` for the model, `summary` for people, and the server's status.

    After one that `is_last` the agent says nothing more, and the session ends.
    """

    text: str
    summary: str = ""
    status: int | None = None
    is_last: bool = False


def result_of(
    value: Any,
    *,
    secret_fields: Collection[str] = (),
    secrets: Iterable[str] = (),
    arguments: Mapping[str, Any] | None = None,
    status: int | None = None,
) -> Result:
    """Returns a value of JSON, or a text, as a result.

    Neither side of it has a value of `secrets`. The summary has none of `secret_fields` either:
    not of the value's own fields, and not of `arguments` that it repeats.
    """
    known = list(secrets)
    text = without(as_text(value), known)
    repeated = [as_text(each) for each in _values_of(arguments or {}, secret_fields)]
    summary = without(as_text(hidden(value, secret_fields)), [*known, *repeated])
    return Result(cut(text, MOST_CHARACTERS), cut(_one_line(summary), SUMMARY_LENGTH), status)


def as_text(value: Any) -> str:
    """Returns a text as it is, and any other value as JSON."""
    return mend(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def hidden(value: Any, fields: Collection[str]) -> Any:
    """Returns JSON with the values of these fields hidden, wherever they are."""
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if key in fields else hidden(each, fields) for key, each in value.items()
        }
    return [hidden(each, fields) for each in value] if isinstance(value, list) else value


def without(text: str, secrets: Iterable[str]) -> str:
    """Returns a text in which none of these values stands."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def shown(arguments: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """Returns arguments as the record keeps them: hidden where secret, and cut to 1,000 characters.

    What does not fit is cut where it is text, and hidden where it is not.
    """
    kept: dict[str, Any] = {}
    left = ARGUMENTS_LENGTH
    for key, value in hidden(_mended(arguments), fields).items():
        name = cut(key, 64)
        left -= len(json.dumps(name, ensure_ascii=False)) + 4
        if left < 2 * len(HIDDEN):
            break
        kept[name] = _fitting(value, left)
        left -= len(json.dumps(kept[name], ensure_ascii=False))
    return kept


def _fitting(value: Any, room: int) -> Any:
    if len(json.dumps(value, ensure_ascii=False)) <= room:
        return value
    if not isinstance(value, str):
        return HIDDEN
    return cut(value, max(room // 2, len(HIDDEN)))  # JSON may take two characters for one


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mend(value)
    if isinstance(value, Mapping):
        return {mend(str(key)): _mended(each) for key, each in value.items()}
    return [_mended(each) for each in value] if isinstance(value, list) else value


def _values_of(value: Any, fields: Collection[str]) -> Iterable[Any]:
    """The values of these fields, wherever they are."""
    inside = value.values() if isinstance(value, Mapping) else value
    for key, each in value.items() if isinstance(value, Mapping) else ():
        if key in fields:
            yield each
    for each in inside if isinstance(value, Mapping | list) else ():
        yield from _values_of(each, fields)


def _one_line(text: str) -> str:
    return " ".join(text.split())
