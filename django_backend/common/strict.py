"""Fields of requests and files that take what they say and nothing that resembles it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.core.validators import BaseValidator
from rest_framework import serializers

from common.faults import WHOLE, Code, fault

MOST = 1e300
"""What numbers stay below; what is no number is not."""


class Coded(serializers.Field[Any, Any, Any, Any]):
    """A field whose faults say by their codes all that words need: limits with their numbers.

    `codes` are the field's own for what REST framework calls the same in fields of every kind.
    """

    codes: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.validators:
            if isinstance(each, BaseValidator):
                code = self.codes.get(each.code, each.code)
                each.code = Code(code, limit=each.limit_value)

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """Raises ValidationError."""
        sentence = self.error_messages[key].format(**kwargs)
        raise serializers.ValidationError(sentence, self.codes.get(key, key))


class StrictText(Coded, serializers.CharField):
    """Text that must come as a JSON string: a number is not turned into one."""

    codes = {"invalid": "not_text"}
    default_error_messages = {"invalid": "This has to be text, in quotes."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBoolean(Coded, serializers.BooleanField):
    """A JSON boolean: nothing else counts as one."""

    codes = {"invalid": "not_boolean"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictNumber(Coded, serializers.FloatField):
    """A JSON number: text, booleans and what is not finite are none."""

    codes = {"invalid": "not_number"}

    def to_internal_value(self, data: Any) -> float:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if not is_number or not -MOST < data < MOST:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictInteger(Coded, serializers.IntegerField):
    """A whole JSON number: text and booleans are none."""

    codes = {"invalid": "not_whole"}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictList(Coded, serializers.ListField):
    """A list, whose faults tell its limits."""

    codes = {"max_length": "too_many", "min_length": "too_few", "empty": "too_few"}


class StrictFields(serializers.Serializer[Any]):
    """Fields by name, of which an unknown one is an error that names it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            kind = type(data).__name__
            sentence = "Invalid data. Expected a dictionary, but got {kind}."
            raise serializers.ValidationError({WHOLE: [fault("not_fields", sentence, kind=kind)]})
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **self._unknown(data)}) from None  # type: ignore[dict-item]
        if strange := self._unknown(data):
            raise serializers.ValidationError(strange)
        return found

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        names = data.keys() - self.fields.keys() if isinstance(data, dict) else ()
        return {str(name): [fault("unknown_field", "There is no such field.")] for name in names}


class OptionalFields(StrictFields):
    """Fields of which null means the default, except of those that are `never_null`."""

    never_null: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.allow_null = name not in self.never_null
