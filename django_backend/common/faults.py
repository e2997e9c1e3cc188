"""What is wrong with a field: a sentence for people, and a code with values for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoError
from django.core.validators import RegexValidator
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

Param = str | int | float | list[str]
WHOLE = api_settings.NON_FIELD_ERRORS_KEY
"""What REST framework calls the field of a fault that is about no single field."""


class Code(str):
    """The code of a fault with the values that its sentence names.

    REST framework makes new sentences of those that it is given, and hands their codes on.
    """

    params: Mapping[str, Param]

    def __new__(cls, code: str, **params: Param) -> Code:
        made = super().__new__(cls, code)
        made.params = params
        return made


def fault(code: str, sentence: str, **params: Param) -> ErrorDetail:
    """Returns the sentence, its `{name}`s filled in, with its code; lists are joined by commas."""
    said = {name: _written(value) for name, value in params.items()}
    return ErrorDetail(sentence.format(**said), Code(code, **params))


def matching(pattern: re.Pattern[str], code: str, sentence: str) -> RegexValidator:
    """Returns a validator by which a whole text has to match."""
    return RegexValidator(rf"^(?:{pattern.pattern})\Z", sentence, code)


def of_django(error: DjangoError) -> list[ErrorDetail]:
    """Returns the faults that a validator of Django's own found."""
    return [
        ErrorDetail(each.messages[0], Code(each.code or "invalid", **_plain(each.params)))
        for each in error.error_list
    ]


def listed(detail: Any) -> list[dict[str, Any]]:
    """Returns each fault in errors that are nested as REST framework nests them.

    `pointer` says where in the request it is (JSON pointer, RFC 6901), "#" for the whole of it.
    """
    return [
        {
            "pointer": "/".join(["#", *place]),
            "code": str(found.code),
            "params": dict(getattr(found.code, "params", {})),
            "detail": str(found),
        }
        for place, found in _found(detail, ())
    ]


def _found(detail: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ErrorDetail]]:
    if isinstance(detail, ErrorDetail):
        yield place, detail
    elif isinstance(detail, Mapping):
        for name, each in detail.items():
            yield from _found(each, place if name == WHOLE else (*place, _token(name)))
    elif isinstance(detail, list):
        for each in detail:
            yield from _found(each, place)


def _token(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _written(value: Param) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else value


def _plain(params: Mapping[str, Any] | None) -> dict[str, Param]:
    """The values as JSON has them: some are texts that are yet to be translated."""
    return {
        name: value if isinstance(value, int | float) else str(value)
        for name, value in (params or {}).items()
        if name != "value"
    }
