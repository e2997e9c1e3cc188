"""What a tool's parameters may be: JSON Schema of an object, bounded, and read nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from common.faults import fault
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from rest_framework.exceptions import ErrorDetail

MOST_CHARACTERS = 8_000
MOST_LEVELS = 12
NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}
REFERENCES = ("$ref", "$dynamicRef")
DIALECTS = (None, Draft202012Validator.META_SCHEMA["$id"])
_NO_OBJECT = fault(
    "no_schema_of_an_object",
    'Use a JSON Schema with "type": "object" and a property for each parameter.',
)
_NOT_LOCAL = fault(
    "schema_elsewhere", 'Refer only to what is in the schema itself, such as "#/$defs/time".'
)
MOST_STEPS = 5_000
"""Rules that are looked at for one call: some schemas refer to themselves without end."""
_NOT_CHECKED = (
    *("pattern", "patternProperties", "unevaluatedProperties", "unevaluatedItems"),
    "$dynamicRef",
)
"""Patterns are told to the model and not checked: some take for ever to match. The others follow
patterns, or what the schema refers to, by themselves."""
_NOTHING_ELSEWHERE: Registry[Any] = Registry()
"""What a schema refers to is in itself: nothing is fetched, whoever wrote it."""
_left: ContextVar[list[int]] = ContextVar("steps_left")
Rule = Callable[[Any, Any, Any, Any], Any]


class _TooManySteps(Exception):
    """The arguments cannot be checked in reasonable time."""


def _counted(rule: Rule) -> Rule:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        left = _left.get()
        left[0] -= 1
        if left[0] < 0:
            raise _TooManySteps
        return rule(validator, value, instance, schema)

    return check


def _no_others(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
    """Which properties are additional is not known where patterns say so."""
    if "patternProperties" in schema:
        return ()
    return Draft202012Validator.VALIDATORS["additionalProperties"](
        validator, value, instance, schema
    )


def _unchecked(_validator: Any, _value: Any, _instance: Any, _schema: Any) -> Any:
    return ()


_RULES = {
    **Draft202012Validator.VALIDATORS,
    "additionalProperties": _no_others,
    **dict.fromkeys(_NOT_CHECKED, _unchecked),
}
_Arguments = extend(Draft202012Validator, {name: _counted(rule) for name, rule in _RULES.items()})


def fault_of(schema: Any) -> ErrorDetail | None:
    """Returns what is wrong with a schema of parameters; None where it is right."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return _NO_OBJECT
    if levels_over(schema, MOST_LEVELS):
        return too_deep(MOST_LEVELS)
    if len(json.dumps(schema, ensure_ascii=False)) > MOST_CHARACTERS:
        return fault("max_length", "Keep it to {limit} characters of JSON.", limit=MOST_CHARACTERS)
    if schema.get("$schema") not in DIALECTS:
        return fault("schema_draft", "Only JSON Schema of draft 2020-12 is read.")
    if any("$id" in each or not _is_local(each) for each in _objects(schema)):
        return _NOT_LOCAL
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, RecursionError) as error:
        place = "/".join(map(str, getattr(error, "absolute_path", ())))
        if place:
            return fault("bad_schema_at", "This is no valid JSON Schema (at {place}).", place=place)
        return fault("bad_schema", "This is no valid JSON Schema.")
    return None


def too_deep(levels: int) -> ErrorDetail:
    """Returns what is said of JSON that is nested more levels deep than that."""
    return fault("too_deep", "Nest it {limit} levels deep at most.", limit=levels)


def fault_of_arguments(schema: Mapping[str, Any], arguments: Any) -> ErrorDetail | None:
    """Returns what is wrong with arguments by their schema, without their values."""
    _left.set([MOST_STEPS])
    try:
        checker = _Arguments(dict(schema), registry=_NOTHING_ELSEWHERE)
        error = best_match(checker.iter_errors(arguments))
    except Exception:  # a schema that refers to nothing, or to itself
        return fault("unchecked_arguments", "The parameters of this tool cannot be checked.")
    return _broken_rule(error) if error else None


def levels_over(value: Any, most: int) -> bool:
    """Returns whether JSON is nested more levels deep than that."""
    if most < 0:
        return True
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(levels_over(each, most - 1) for each in inside)


def _broken_rule(error: ValidationError) -> ErrorDetail:
    """What is wrong, after the place within the arguments: "day: use type "string"."."""
    at, rule = ".".join(map(str, error.absolute_path)), str(error.validator)
    before = f"{at}: " if at else ""
    if rule == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        sentence = "{before}{names} is missing."
        return fault("missing_arguments", sentence, before=before, names=missing)
    if rule in ("type", "enum", "format", "const", "minimum", "maximum"):
        value = json.dumps(error.validator_value, ensure_ascii=False)
        sentence = "{before}use {rule} {value}."
        return fault("wrong_argument", sentence, before=before, rule=rule, value=value)
    sentence = "{before}this is not what its {rule} asks for."
    return fault("broken_rule", sentence, before=before, rule=rule)


def _is_local(schema: Mapping[str, Any]) -> bool:
    refs = [schema[name] for name in REFERENCES if name in schema]
    return all(isinstance(ref, str) and ref.startswith("#") for ref in refs)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from _objects(each)
