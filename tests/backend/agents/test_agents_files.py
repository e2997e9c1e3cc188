"""Agents as YAML: what goes out comes in again, and what cannot be meant is said with its place."""

from __future__ import annotations

from typing import Any

import pytest
from agents import files, saving
from agents.agent import PACES
from agents.fields import AgentFields
from agents.models import Revision, StoredAgent
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rest_framework.serializers import ValidationError

TRICKY = (
    *("yes", "No", "off", "null", "~", "true", "1.0", "1e5", "0600", "-.5", "+.5", ".nan", "12:30"),
    *("2024-01-01", "# x", ": ", "a: b", "- x", "<<", "=", "*x", "&x", "!x", "%x", "@x", "`x", "?"),
    *("'", '"', "---", "...", "{{date}}", "[x]", "|", ">", "a # b", "x:", " x ", "\ttab"),
    *(
        "Zeile eins\n\n  eingerückt  \nZeile drei\n",
        "\n\nx",
        "x\n---\ny",
        "a\r\nb",
        "\u2028a\nb\u2029",
    ),
    *("\ufeffx", "\u00a0x\n y", "👋🏽 grüß dich\n日本", "\ud83d\udc4b", "\x07\x00", "a\u0085b\n c"),
)
TEXTS = st.sampled_from(TRICKY) | st.lists(
    st.sampled_from(TRICKY) | st.text(max_size=8), max_size=6
).map("".join)


def words(most: int) -> st.SearchStrategy[str]:
    """Texts of at most so many characters, also such as YAML has other meanings for."""
    return TEXTS.map(lambda text: text.replace("{{", "").replace("}}", "")[:most])


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


VARIABLES = st.lists(
    st.builds(
        lambda name, rest: {"name": name, **rest},
        st.sampled_from(["table", "x", "no", "n1", "null", "y_2"]),
        optional(description=words(200), default=words(500)),
    ),
    max_size=3,
    unique_by=lambda variable: str(variable["name"]),
)
SERVICE = optional(
    model=words(128), base_url=st.sampled_from(["http://127.0.0.1:1/v1/", "https://x.example"])
)
ORIGINS = st.sampled_from(["https://A.example:8443/", "http://localhost:5173"])
JSON = st.recursive(
    st.booleans() | st.integers(-9, 9) | words(20),
    lambda inside: (
        st.lists(inside, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "no", "1"]), inside, max_size=2)
    ),
    max_leaves=4,
)
ASKING = {"kind": "http", "name": "ask", "description": "Asks.", "url": "https://x.example"}
HTTP_TOOL = st.builds(
    lambda words, rest: {
        **{"kind": "http", "name": "find", "description": f"Finds {words}"},
        **{"url": "https://api.example.com/{{no}}", "secrets": ["KEY"], **rest},
        "parameters": {"type": "object", "properties": {"no": {}, "yes": {"type": "string"}}},
    },
    words(500),
    optional(
        method=st.sampled_from(["GET", "POST"]),
        headers=st.just({"Authorization": "Bearer {{secret:KEY}}"}),
        body=JSON,
        timeout=st.floats(1, 30),
        answer=st.sampled_from(["/a~1b/0"]),
    ),
)
MCP_SERVER = {"kind": "mcp", "name": "house", "url": "https://x.example/mcp", "allow": ["no"]}
TOOLS = st.lists(HTTP_TOOL, max_size=1).map(
    lambda found: [*found, MCP_SERVER, {"kind": "built_in", "name": "note"}]
)
OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "description": words(300),
    "instructions": words(16_000),
    "variables": VARIABLES,
    "first_speaker": st.sampled_from(["agent", "person", None]),
    "greeting_by": st.sampled_from(["text", "model"]),
    "greeting": words(1000),
    "language": st.sampled_from(["no", "de", "EN", "auto"]),
    "timezone": st.sampled_from(["UTC", "Asia/Tokyo"]),
    "voice": words(100),
    "speech_rate": st.floats(0.5, 2.0) | st.just(1),
    "services": optional(stt=SERVICE, llm=SERVICE, tts=SERVICE),
    "temperature": st.floats(0.0, 2.0),
    "reply_tokens": st.integers(0, 100_000),
    "turn_taking": st.sampled_from(list(PACES)),
    "may_be_interrupted": st.booleans(),
    "session_seconds": st.integers(30, 86_400),
    "idle_seconds": st.integers(10, 86_400),
    "recording": st.sampled_from(["off", "ask"]),
    "tools": TOOLS,
    "visibility": st.sampled_from(["public", "link", "operators"]),
    "embed_sites": st.lists(ORIGINS, max_size=3),
    "visitor_instructions": st.booleans(),
    "webhooks": st.lists(st.sampled_from(["crm", "no", "1e5"]), max_size=3),
}
FIELDS = st.builds(lambda name, rest: {"name": name, **rest}, words(80), optional(**OPTIONAL))
SLUGS = st.sampled_from(["bistro", "no", "null", "1e5", "2024-01-01", "007", "true", "on"])


def checked(fields: dict[str, Any]) -> dict[str, Any]:
    """What is stored of these fields, without those that may not be empty and are."""
    try:
        return saving.checked(fields)
    except ValidationError as error:
        kept = {name: value for name, value in fields.items() if name not in error.detail}
        return saving.checked({"name": "Ada", **kept})


@settings(max_examples=60, deadline=None, database=None)
@given(SLUGS, FIELDS)
@example("bistro", {"name": "A", "tools": [{**ASKING, "body": "a\u0085b\n c"}]})
def test_what_goes_out_comes_in_again_with_every_letter(slug: str, fields: dict[str, Any]) -> None:
    stored = checked(fields)
    revision = Revision(agent=StoredAgent(slug=slug), fields=stored)
    out = files.written(revision)
    assert [(slug, saving.checked(found)) for _, found in files.read(out.encode())] == [
        (slug, stored)
    ]
    assert files.read(out.encode())[0][0] == slug
    twice = f"{out}---\n{out}"
    assert [found for found, _ in files.read(twice.encode())] == [slug, slug]


def test_the_property_is_about_every_field() -> None:
    assert {"name", *OPTIONAL} == set(AgentFields().fields)


def test_texts_are_what_a_person_wrote() -> None:
    text = """
slug: bistro
name: Rosa's place
recording: off
language: no
description: 2024-01-01
greeting: yes
instructions: |
  You take bookings.

  Be brief.
idle_seconds: 60
temperature: .5
may_be_interrupted: false
voice: ~
"""
    ((slug, fields),) = files.read(("\ufeff" + text).encode())
    assert slug == "bistro" and saving.checked(fields) == {
        "name": "Rosa's place",
        "recording": "off",
        "language": "no",
        "description": "2024-01-01",
        "greeting": "yes",
        "instructions": "You take bookings.\n\nBe brief.",
        "idle_seconds": 60,
        "temperature": 0.5,
        "may_be_interrupted": False,
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfes\x00l\x00", "no text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00", "no text in UTF-8"),
        (b"slug: s\nname: \x07", "line 2: it holds the character U+0007"),
        (b"s\x00l\x00u\x00g\x00", "U+0000"),
        (b"x" * (files.MOST_BYTES + 1), "larger than 4 MB"),
        (b"", "There is no agent in it."),
        (b"# nothing\n---\n---\n", "There is no agent in it."),
        (b"slug: s\nname: a\nname: b", "line 3, column 1: name is there twice"),
        (b"slug: s\nvariables:\n  - name: a\n    name: b", "line 4, column 5: name is there twice"),
        (b"slug: s\n1: a\n'1': b", "line 3, column 1: 1 is there twice"),
        (b"slug: &x s\nname: *x", "line 2, column 7: write the value out; aliases"),
        (b"slug: s\nname: !!int abc", "line 2, column 7: write the value without its tag"),
        (b"slug: s\nname: !!timestamp x", "without its tag"),
        (b"slug: s\nname: !secret x", "without its tag"),
        (b"slug: s\n[a]: b", "line 2, column 1: a field has a plain name"),
        (b"slug: s\ngreeting: Hello: you", "line 2, column 16: mapping values are not allowed"),
        (b"slug: s\n\tname: x", "line 2"),
        (b"[" * 100_000, "nested too deeply"),
        (b"just text", "Agent 1 is no list of fields"),
        (b"slug: s\n---\n- name: x", "Agent 2 is no list of fields"),
        (b"name: x", "slug of agent 1: This field is required."),
        (b"slug: 7\nname: x", "slug of agent 1: This has to be text, in quotes."),
        (b"slug: Big Shop", "slug of agent 1: Use small letters"),
        (b"slug:", "slug of agent 1: This field may not be null."),
    ],
)
def test_what_is_no_file_of_agents_is_refused_with_its_place(content: bytes, says: str) -> None:
    with pytest.raises(files.Unreadable) as refused:
        files.read(content)
    assert says in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("temperature: .nan", "temperature", "A valid number is required."),
        ("temperature: .inf", "temperature", "A valid number is required."),
        (f"temperature: {'9' * 400}.0", "temperature", "A valid number is required."),
        (f"reply_tokens: {'9' * 5000}", "reply_tokens", "A valid integer is required."),
        ("reply_tokens: 0600", "reply_tokens", "A valid integer is required."),
        ("idle_seconds: 1:30", "idle_seconds", "A valid integer is required."),
        ("idle_seconds: yes", "idle_seconds", "A valid integer is required."),
        ("may_be_interrupted: yes", "may_be_interrupted", "Must be a valid boolean."),
        ("voice: 1.0", "voice", "This has to be text, in quotes."),
        ("greeting: true", "greeting", "This has to be text, in quotes."),
        ("greeting: [hello]", "greeting", "This has to be text, in quotes."),
        ('greeting: "\\a"', "greeting", "This field may not be blank."),
        ("turn_taking: eager", "turn_taking", "Use quick, normal or patient."),
        ("turn_taking: [quick]", "turn_taking", "Use quick, normal or patient."),
        ("recording: true", "recording", "Use off or ask."),
        ("embed_sites: ['https://[']", "embed_sites", "Use a site's address"),
        ("toolz: []", "toolz", "There is no such field."),
    ],
)
def test_what_a_field_does_not_take_is_refused(line: str, field: str, says: str) -> None:
    ((_slug, fields),) = files.read(f"slug: s\nname: x\n{line}".encode())
    with pytest.raises(ValidationError) as refused:
        saving.checked(fields)
    assert list(refused.value.detail) == [field]
    assert says in str(refused.value.detail)
