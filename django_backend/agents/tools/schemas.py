"""What a tool's parameters may be: JSON Schema of an object, bounded, and read nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.validators import extend

MOST_CHARACTERS = 8_000
MOST_LEVELS = 12
NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}
REFERENCES = ("$ref", "$dynamicRef")
DIALECTS = (None, Draft202012Validator.META_SCHEMA["$id"])
_NOT_CHECKED = ("pattern", "patternProperties")
_Arguments = extend(Draft202012Validator, dict.fromkeys(_NOT_CHECKED))  # type: ignore[arg-type]
"""Patterns are told to the model and not checked: some take for ever to match."""


def fault_of(schema: Any) -> str:
    """Returns what is wrong with a schema of parameters, in a sentence; "" where it is right."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return 'Use a JSON Schema with "type": "object" and a property for each parameter.'
    if levels_over(schema, MOST_LEVELS):
        return f"Nest it {MOST_LEVELS} levels deep at most."
    if len(json.dumps(schema, ensure_ascii=False)) > MOST_CHARACTERS:
        return f"Keep it to {MOST_CHARACTERS} characters of JSON."
    if schema.get("$schema") not in DIALECTS:
        return "Only JSON Schema of draft 2020-12 is read."
    if any("$id" in each or not _is_local(each) for each in _objects(schema)):
        return 'Refer only to what is in the schema itself, such as "#/$defs/time".'
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, RecursionError) as error:
        place = "/".join(map(str, getattr(error, "absolute_path", ())))
        return f"This is no valid JSON Schema{f' (at {place})' if place else ''}."
    return ""


def fault_of_arguments(schema: Mapping[str, Any], arguments: Any) -> str:
    """Returns what is wrong with arguments by their schema, without their values; "" if nothing."""
    try:
        error = best_match(_Arguments(dict(schema)).iter_errors(arguments))
    except Exception:  # a schema that refers to nothing, or to itself
        return "The parameters of this tool cannot be checked."
    if error is None:
        return ""
    place = ".".join(map(str, error.absolute_path))
    return f"{place}: {_broken_rule(error)}" if place else _broken_rule(error)


def levels_over(value: Any, most: int) -> bool:
    """Returns whether JSON is nested more levels deep than that."""
    if most < 0:
        return True
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(levels_over(each, most - 1) for each in inside)


def _broken_rule(error: ValidationError) -> str:
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"{', '.join(missing)} is missing."
    if error.validator in ("type", "enum", "format", "const", "minimum", "maximum"):
        return f"use {error.validator} {json.dumps(error.validator_value, ensure_ascii=False)}."
    return f"this is not what its {error.validator} asks for."


def _is_local(schema: Mapping[str, Any]) -> bool:
    refs = [schema[name] for name in REFERENCES if name in schema]
    return all(isinstance(ref, str) and ref.startswith("#") for ref in refs)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from _objects(each)
