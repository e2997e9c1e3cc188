"""What is wrong with a request has, beside its sentences, codes and places for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from common.faults import Code
from django.core.validators import BaseValidator
from drf_spectacular.generators import SchemaGenerator
from house import fault_codes
from operators.models import Role
from rest_framework import serializers
from rest_framework.fields import Field

CONSOLE = (
    *("/agents", "/api-keys", "/allowed-hosts", "/credentials", "/operator", "/tools"),
    *("/usage", "/webhooks"),
)
"""Where the console's forms go."""
SET_BY_THE_PAGE = {
    "empty",
    "max_string_length",
    "overflow",
    "min_length",
    "make_aware",
    "date",
}
"""Codes that fields have and cannot give: of limits that they lack, and of what the page sends."""
OF_THE_PAGE = (serializers.IntegerField, serializers.BooleanField)
"""Kinds of fields that no one types into: places of lists, how long a key lasts."""
WITHOUT_FAULTS = (serializers.BaseSerializer, serializers.JSONField)
"""Kinds of fields whose own check refuses before REST framework's does."""


def forms() -> Iterator[tuple[str, Field[Any, Any, Any, Any]]]:
    """Every field that the console's requests have, those within others too, with its path."""
    generator = SchemaGenerator()
    generator._initialise_endpoints()
    for path, _regex, method, view in generator._get_paths_and_endpoints():
        if not path.startswith(CONSOLE):
            continue
        view.schema.path, view.schema.method = path, method
        view.schema.view = view
        sent = view.schema.get_request_serializer()
        each = sent.values() if isinstance(sent, dict) else [sent]
        queries = [x for x in view.schema.get_override_parameters() if isinstance(x, type)]
        for form in (*each, *queries):
            made = form() if isinstance(form, type) else form
            if isinstance(made, serializers.BaseSerializer):
                yield from within(f"{method} {path}", made)


def within(path: str, field: Any) -> Iterator[tuple[str, Field[Any, Any, Any, Any]]]:
    yield path, field
    if child := getattr(field, "child", None):
        yield from within(f"{path} []", child)
    for name, inner in getattr(field, "fields", {}).items():
        yield from within(f"{path} {name}", inner)


def test_no_field_of_the_console_has_a_fault_without_words() -> None:
    known = fault_codes.OF_FRAMEWORKS.keys() | fault_codes.named().keys() | SET_BY_THE_PAGE
    found, strange = 0, set()
    for path, field in forms():
        found += 1
        own = getattr(field, "codes", {})
        for key in field.error_messages:
            code = own.get(key, key)
            is_typed = type(field) not in OF_THE_PAGE and not isinstance(field, WITHOUT_FAULTS)
            if is_typed and code not in known:
                strange.add(f"{path}: {code}")
    assert found > 150 and strange == set()


def test_every_limit_tells_its_number() -> None:
    limits = [
        (path, each)
        for path, field in forms()
        for each in field.validators
        if isinstance(each, BaseValidator) and type(field) not in OF_THE_PAGE
    ]
    assert len(limits) > 40
    assert [path for path, each in limits if not isinstance(each.code, Code)] == []


@pytest.fixture
async def owner(operated: Any) -> httpx.AsyncClient:
    return await operated(Role.OWNER)


def told(answer: httpx.Response) -> list[tuple[str, str, dict[str, Any]]]:
    return [(each["pointer"], each["code"], each["params"]) for each in answer.json()["faults"]]


async def test_each_fault_has_its_place_its_code_and_what_its_words_name(owner: httpx.AsyncClient):
    tool = {"kind": "http", "name": "ask", "description": "Asks.", "url": "https://a.example"}
    body = {
        "slug": "a",
        "name": "x" * 81,
        "temperature": 9,
        "colour": "red",
        "variables": [{"name": "good"}, {"name": "Bad"}],
        "tools": [tool, {**tool, "name": "more", "headers": {"X-A/B": 5}}],
        "services": {"llm": {"base_url": "nowhere"}},
        "embed_sites": ["https://a.example"] * 51,
    }
    answer = await owner.post("/agents", json=body)
    assert sorted(told(answer)) == [
        ("#/colour", "unknown_field", {}),
        ("#/embed_sites", "too_many", {"limit": 50}),
        ("#/name", "max_length", {"limit": 80}),
        ("#/services/llm/base_url", "server_address", {}),
        ("#/temperature", "max_value", {"limit": 2.0}),
        ("#/tools/1/headers/X-A~1B", "not_text", {}),
        ("#/variables/1/name", "variable_name", {}),
    ]
    problem = answer.json()
    assert problem["errors"]["tools"] == ["2, headers, X-A/B: This has to be text, in quotes."]
    by_place = {each["pointer"]: each["detail"] for each in problem["faults"]}
    assert by_place["#/variables/1/name"].startswith("Begin with a small letter")
    assert all(list(problem["errors"])) and "colour" in problem["errors"]


async def test_each_kind_of_fault_beside_forms_has_a_code(owner: httpx.AsyncClient):
    taken = {"slug": "a", "name": "A"}
    assert (await owner.post("/agents", json=taken)).status_code == 201
    assert told(await owner.post("/agents", json=taken)) == [("#/slug", "slug_taken", {})]
    key = {"name": "shop", "scopes": []}
    assert told(await owner.post("/api-keys", json=key)) == [
        ("#/scopes", "no_scopes", {"limit": 1})
    ]
    bad = {"name": "a", "url": "ftp://x", "events": []}
    assert sorted(told(await owner.post("/webhooks", json=bad))) == [
        ("#/events", "too_few", {}),
        ("#/url", "webhook_address", {}),
    ]
    yaml = {"Content-Type": "application/yaml"}
    twice = await owner.post("/agents", content="slug: b\nname: A\nname: B\n", headers=yaml)
    assert told(twice) == [("#/body", "file_twice", {"line": 3, "column": 1, "name": "name"})]
    assert "name is there twice" in twice.json()["detail"]


async def test_a_password_that_is_refused_says_by_which_rule(
    owner: httpx.AsyncClient, alice: httpx.AsyncClient
):
    link = (await owner.post("/operators", json={"role": "editor"})).json()["link"]
    joined = await alice.post(
        "/operators/join", json={"link": link, "username": "ada", "password": "1234567"}
    )
    assert sorted(told(joined)) == [
        ("#/password", "password_entirely_numeric", {}),
        ("#/password", "password_too_common", {}),
        ("#/password", "password_too_short", {"min_length": 10}),
    ]
    odd = {"link": link, "username": "a b!", "password": "a long word of 2026"}
    assert told(await alice.post("/operators/join", json=odd)) == [
        ("#/username", "username_signs", {})
    ]


async def test_a_trial_that_fails_has_a_code_too(owner: httpx.AsyncClient):
    tool = {"kind": "http", "name": "ask", "description": "Asks.", "url": "https://127.0.0.1/x"}
    tried = (await owner.post("/tools/try", json={"tool": tool})).json()
    assert (tried["code"], tried["params"]) == ("tool_private", {})
    wanted = {"type": "object", "properties": {"day": {}}, "required": ["day"]}
    missing = await owner.post("/tools/try", json={"tool": {**tool, "parameters": wanted}})
    assert missing.json()["code"] == "missing_arguments"
    assert missing.json()["params"] == {"before": "", "names": ["day"]}
    assert missing.json()["problem"] == "The arguments are not right: day is missing."
