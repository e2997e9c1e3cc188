"""Fields of requests and files that take what they say and nothing that resembles it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

MOST = 1e300
"""What numbers stay below; what is no number is not."""


class StrictText(serializers.CharField):
    """Text that must come as a JSON string: a number is not turned into one."""

    default_error_messages = {"invalid": "This has to be text, in quotes."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """A JSON boolean: nothing else counts as one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictNumber(serializers.FloatField):
    """A JSON number: text, booleans and what is not finite are none."""

    def to_internal_value(self, data: Any) -> float:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if not is_number or not -MOST < data < MOST:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    """A whole JSON number: text and booleans are none."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictFields(serializers.Serializer[Any]):
    """Fields by name, of which an unknown one is an error that names it."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **self._unknown(data)}) from None  # type: ignore[dict-item]
        if strange := self._unknown(data):
            raise serializers.ValidationError(strange)
        return found

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        names = data.keys() - self.fields.keys() if isinstance(data, dict) else ()
        return {str(name): ["There is no such field."] for name in names}


class OptionalFields(StrictFields):
    """Fields of which null means the default, except of those that are `never_null`."""

    never_null: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.allow_null = name not in self.never_null
