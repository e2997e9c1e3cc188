"""What would take for ever, or fetch something, is bounded: texts, schemas, drafts and agents."""

from __future__ import annotations

import time
from typing import Any

import pytest
from agents import saving
from agents.fields import AgentFields
from agents.filling import filled, unknown
from agents.models import Draft
from agents.tools import places
from agents.tools.schemas import fault_of, fault_of_arguments
from django.utils import timezone
from support.limits import in_time

QUICK = 1.0
"""Seconds that nothing here may take; what had no bound took hours."""
BLANKS = "{{" + " " * 16_000
EVIL = "(a+)+$"
UNCHECKED = "The parameters of this tool cannot be checked."


def doubling(levels: int = 60) -> dict[str, Any]:
    """A small schema that is looked at 2^levels times."""
    steps = {
        f"n{n}": {"allOf": [{"$ref": f"#/$defs/n{n + 1}"}, {"$ref": f"#/$defs/n{n + 1}"}]}
        for n in range(levels)
    }
    return {
        "type": "object",
        "$defs": {**steps, f"n{levels}": {"type": "object"}},
        "$ref": "#/$defs/n0",
    }


@pytest.fixture(autouse=True)
def quick() -> Any:
    began = time.monotonic()
    yield
    assert in_time(time.monotonic() - began, QUICK)


def test_blanks_in_a_place_cost_no_time() -> None:
    assert unknown(BLANKS, []) == [] and filled(BLANKS, {}) == BLANKS
    assert places.in_text(BLANKS) == [] and places.filled_text(BLANKS, {}, {}) == BLANKS


def test_blanks_around_a_name_do_not_count() -> None:
    assert filled("{{ a }} {{\tb}}", {"a": "1", "b": "2"}) == "1 2"
    assert places.filled_body({"x": "{{ a }}"}, {"a": 5}, {}) == {"x": 5}
    assert places.filled_text("{{ secret:K }}", {}, {"K": "s"}) == "s"


def test_a_schema_that_doubles_itself_is_given_up() -> None:
    assert fault_of(doubling()) is None, "it is valid, and small"
    assert fault_of_arguments(doubling(), {}) == UNCHECKED
    assert fault_of_arguments(doubling(6), {}) is None


@pytest.mark.parametrize(
    "rules",
    [
        {"patternProperties": {EVIL: {}}},
        {"patternProperties": {EVIL: {}}, "additionalProperties": False},
        {"patternProperties": {EVIL: {}}, "unevaluatedProperties": False},
        {"properties": {"a" * 40 + "!": {"pattern": EVIL}}},
        {"propertyNames": {"pattern": EVIL}},
    ],
)
def test_no_pattern_is_matched(rules: dict[str, Any]) -> None:
    schema = {"type": "object", **rules}
    assert fault_of(schema) is None
    assert fault_of_arguments(schema, {"a" * 40 + "!": "a" * 40 + "!"}) is None


def test_additional_parameters_are_refused_where_no_pattern_allows_them() -> None:
    schema = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
    assert fault_of_arguments(schema, {"a": 1}) is None
    assert "additionalProperties" in str(fault_of_arguments(schema, {"b": 1}))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.json", "file:///etc/passwd"])
def test_nothing_that_a_schema_refers_to_is_fetched(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("urllib.request.urlopen", asked.append)
    schema = {"type": "object", "properties": {"a": {"$ref": url}}}
    assert fault_of_arguments(schema, {"a": 1}) == UNCHECKED and asked == []


def test_sites_are_written_as_browsers_tell_them(record: None) -> None:
    form = AgentFields(
        data={
            "name": "A",
            "embed_sites": [
                "https://Bücher.example/",
                "https://a.example:443",
                "https://b.example:81",
            ],
        }
    )
    form.is_valid(raise_exception=True)
    assert form.validated_data["embed_sites"] == [
        "https://xn--bcher-kva.example",
        "https://a.example",
        "https://b.example:81",
    ]


def test_agents_are_not_made_without_end(record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST_AGENTS", 2)
    saving.create("a", {"name": "A"}, "root")
    saving.create("b", {"name": "B"}, "root")
    with pytest.raises(saving.TooManyAgents):
        saving.create("c", {"name": "C"}, "root")


def test_of_a_visitor_one_draft_waits(record: None) -> None:
    first = saving.draft("new", {"name": "A"}, "root", "ann")
    of_other = saving.draft("new", {"name": "B"}, "root", "ben")
    saving.draft("new", {"name": "C"}, "root", "ann")
    assert Draft.objects.count() == 3, "a start that has found it may be about to keep it"
    Draft.objects.update(made_at=timezone.now() - saving.DRAFT_WAITS)
    second = saving.draft("new", {"name": "D"}, "root", "ann")
    left = set(Draft.objects.values_list("id", flat=True))
    assert left == {of_other.id, second.id} and first.id not in left
