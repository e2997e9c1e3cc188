"""docs/agents.md has every field of an agent as the code has it: default, limits and help."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml
from agents import fields as agent_fields
from agents.agent import DEFAULT
from agents.fields import AgentFields, set_fields
from agents.models import Revision, StoredAgent
from agents.resolving import offer, resolve
from agents.tools.fields import MOST_TOOLS
from rest_framework import serializers
from support.processes import ROOT

PAGE = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
SETTING = re.compile(r"`([A-Z_]+)`")
OTHER_VALUES: Mapping[str, Any] = {"int": 4321, "str": "another value"}
LIMITS: Mapping[str, str] = {
    "language": "a code of ISO 639-1, or `auto`",
    "timezone": "a name of the IANA database",
    "variables": f"{agent_fields.MOST_VARIABLES}, each with `name` (40 characters), `description` "
    f"(200) and `default` ({agent_fields.VALUE_LENGTH})",
    "services": "`model` (128 characters), `base_url` (500) and `credential` of each",
    "tools": f"{MOST_TOOLS}; [tools.md](tools.md) has their fields",
    "embed_sites": f"{agent_fields.MOST_SITES} addresses with `https`",
    "webhooks": f"{agent_fields.MOST_WEBHOOKS} names of [webhooks](webhooks.md)",
}
"""Of the fields whose limits are more than a number or a choice."""
VALUES: Mapping[str, Callable[[], Any]] = {
    "description": lambda: without("description").description,
    "instructions": lambda: resolve().instructions,
    "variables": lambda: dict(without("variables").variables),
    "first_speaker": lambda: resolve().first_speaker,
    "greeting_by": lambda: resolve().greeting_by,
    "greeting": lambda: resolve().greeting,
    "language": lambda: resolve().language,
    "voice": lambda: resolve().voice,
    "speech_rate": lambda: resolve().speech_rate,
    "temperature": lambda: resolve().replies.temperature,
    "reply_tokens": lambda: resolve().replies.tokens,
    "may_be_interrupted": lambda: resolve().turns.may_be_interrupted,
    "session_seconds": lambda: resolve().limits.session_seconds,
    "idle_seconds": lambda: resolve().limits.idle_seconds,
    "recording": lambda: resolve().recording,
    "tools": lambda: resolve().tools,
    "visibility": lambda: without("visibility").visibility,
    "embed_sites": lambda: list(without("embed_sites").embed_sites),
    "visitor_instructions": lambda: without("visitor_instructions").visitor_instructions,
}
"""What a stored agent has where the field is not set."""
NO_VALUE = ("none", "the service's own")


def without(_field: str) -> Any:
    """What visitors are told of an agent of which nothing but the name is set."""
    revision = Revision(number=1, fields=set_fields({"name": "Ada"}))
    revision.agent = StoredAgent(slug="bistro")
    return offer(revision, "bistro")


def rows() -> dict[str, list[str]]:
    """The cells of each field in the table, by its name."""
    section = PAGE.split("\n## Fields\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {name.strip("`"): rest for name, *rest in cells}


def limits(name: str, field: serializers.Field[Any, Any, Any, Any]) -> str:
    """What a field takes, in the words of the table."""
    if name in LIMITS:
        return LIMITS[name]
    if isinstance(field, serializers.ChoiceField):
        return ", ".join(f"`{choice}`" for choice in field.choices)
    if isinstance(field, serializers.BooleanField):
        return "`true`, `false`"
    if isinstance(field, serializers.CharField):
        return f"{field.max_length:,} characters"
    assert isinstance(field, serializers.FloatField | serializers.IntegerField)
    return f"{field.min_value:,} to {field.max_value:,}"


def test_every_field_has_a_row_with_its_limits_and_its_help() -> None:
    expected = {
        name: [limits(name, field), field.help_text] for name, field in AgentFields().fields.items()
    }
    assert {name: cells[1:] for name, cells in rows().items()} == expected
    assert list(rows()) == list(AgentFields().fields)


@pytest.mark.parametrize("name", VALUES)
def test_the_default_of_a_field_is_what_an_agent_without_it_has(name: str, settings: Any) -> None:
    said = rows()[name][0]
    if setting := SETTING.fullmatch(said):
        found = getattr(settings, setting[1])
        setattr(settings, setting[1], _other(found))
        assert VALUES[name]() == _other(found)
    elif said in NO_VALUE:
        assert not VALUES[name]()
    else:
        assert VALUES[name]() == yaml.safe_load(said.strip("`"))


def _other(value: Any) -> Any:
    return "ask" if value == "off" else OTHER_VALUES[type(value).__name__]


def test_other_defaults() -> None:
    named = {name: rows()[name][0] for name in rows() if name not in VALUES}
    assert named == {
        "name": "is needed",
        "timezone": "`UTC`",
        "services": "the settings'",
        "turn_taking": "`normal`",
        "webhooks": "none",
    }
    assert resolve().turns == resolve({"turn_taking": "normal"}).turns


def test_the_examples_are_all_named() -> None:
    names = {path.name for path in (ROOT / "examples" / "agents").iterdir()}
    assert names == set(re.findall(r"\(\.\./examples/agents/([\w.-]+\.yaml)\)", PAGE))
    assert DEFAULT in PAGE
