"""Reading a request's fields, with OpenAI's words for what is wrong with one."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from starlette.requests import Request

from local_ai.errors import ApiError, invalid, missing

_KINDS = {str: "a string", dict: "an object", list: "an array", bool: "a boolean"}


async def json_fields(request: Request) -> "Fields":
    """The fields of a JSON body; 415 and 400 when it is none."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        message = f"Unsupported content type: '{kind}'. Use 'application/json'."
        raise ApiError(415, message, code="unsupported_content_type")
    try:
        body = json.loads(await request.body(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        message = "We could not parse the JSON body of your request."
        raise ApiError(400, message, code="invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The JSON body must be an object.", code="invalid_json")
    return Fields(body)


def refuse(
    fields: "Fields", reasons: Mapping[str, str], harmless: Mapping[str, Sequence[Any]]
) -> None:
    """Raises ApiError, 400 with its reason, for a field that asks for what is not done here.

    `harmless` has values of some fields that ask for nothing; null is one of all.
    """
    for name, reason in reasons.items():
        value = fields.given(name)
        if value is not None and value not in harmless.get(name, ()):
            message = f"'{fields.where(name)}' is not supported: {reason}"
            raise invalid(fields.where(name), message, "unsupported_parameter")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


class Fields:
    """The fields of an object that a client sent; `path` is where it sits in the request."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def has(self, name: str) -> bool:
        """Whether the field was sent at all, be it as null."""
        return name in self._values

    @property
    def values(self) -> dict[str, Any]:
        """Returns all fields as they were sent, by name."""
        return self._values

    def given(self, name: str, default: Any = None) -> Any:
        """What was sent in the field, of whatever kind; the default when it was not."""
        return self._values.get(name, default)

    def where(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def text(self, name: str, *, default: str | None = None, longest: int | None = None) -> str:
        """A string that is not empty; required unless there is a default."""
        value = self._get(name, str, default)
        if not value:
            raise invalid(self.where(name), f"'{self.where(name)}' is empty.", "empty_string")
        if longest is not None and len(value) > longest:
            message = f"'{self.where(name)}' may have {longest} characters, not {len(value)}."
            raise invalid(self.where(name), message, "string_above_max_length")
        return str(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(name, default=default)
        if value not in allowed:
            names = ", ".join(f"'{each}'" for each in allowed)
            message = f"Invalid value: '{value}'. Supported values are: {names}."
            raise invalid(self.where(name), message)
        return value

    def boolean(self, name: str) -> bool:
        value = self._values.get(name)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return bool(self._get(name, bool, False))

    def number(self, name: str, low: float, high: float, default: float) -> float:
        """Returns the field's number, or the default; raises ApiError outside `low` to `high`."""
        value = self._values.get(name)
        if value is None:
            return default
        try:
            number = float(value) if not isinstance(value, bool | list | dict) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if math.isnan(number):
            message = f"Invalid type for '{self.where(name)}': expected a number."
            raise invalid(self.where(name), message, "invalid_type")
        if not low <= number <= high:
            message = f"'{self.where(name)}' must be between {low:g} and {high:g}."
            raise invalid(self.where(name), message)
        return number

    def array(self, name: str) -> list[Any]:
        value: list[Any] = self._get(name, list)
        if not value:
            message = f"'{self.where(name)}' must have at least one entry."
            raise invalid(self.where(name), message, "empty_array")
        return value

    def objects(self, name: str) -> list["Fields"]:
        """The fields of each object in an array that has at least one."""
        return [self._entry(each, f"{name}[{at}]") for at, each in enumerate(self.array(name))]

    def _entry(self, value: Any, name: str) -> "Fields":
        where = self.where(name)
        if not isinstance(value, dict):
            raise invalid(where, f"Invalid type for '{where}': expected an object.", "invalid_type")
        return Fields(value, where)

    def object(self, name: str) -> "Fields":
        """The fields of an object inside this one; no fields when it is not there."""
        return Fields(self._get(name, dict, {}), self.where(name))

    def _get(self, name: str, kind: type, default: Any = None) -> Any:
        value = self._values.get(name)
        if value is None:
            value = default
        if value is None:
            raise missing(self.where(name))
        if not isinstance(value, kind):
            message = f"Invalid type for '{self.where(name)}': expected {_KINDS[kind]}."
            raise invalid(self.where(name), message, "invalid_type")
        return value
