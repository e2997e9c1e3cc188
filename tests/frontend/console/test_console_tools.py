"""Tools in the console: they are made, tried, changed and removed, without a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fakes.console import FakeConsole, wrong
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SITE = "https://localhost"
PLACE = "/console/agents/bistro/tools"
SignedIn = Callable[[str], FlaskClient]
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
PARAMETERS = {"type": "object", "properties": {"day": {"type": "string"}}}
FIND = {
    "kind": "http",
    "name": "find_table",
    "description": "Finds a table.",
    "parameters": PARAMETERS,
    "method": "POST",
    "url": "https://api.example.com/tables/{{day}}",
    "body": {"day": "{{day}}"},
    "headers": {"Authorization": "Bearer {{secret:KEY}}", "X-A": "b: c"},
    "secrets": ["KEY"],
    "timeout": 5,
    "secret_fields": ["pin", "code"],
}
TYPED = {
    **{name: str(FIND[name]) for name in ("name", "description", "method", "url", "timeout")},
    "parameters": json.dumps(PARAMETERS),
    "body": '{"day": "{{day}}"}',
    "headers": "Authorization: Bearer {{secret:KEY}}\r\nX-A: b: c",
    "secrets": "KEY",
    "secret_fields": "pin\r\ncode",
}
HOUSE = {"kind": "mcp", "name": "house", "url": "https://api.example.com/mcp", "allow": ["count"]}


@pytest.fixture(autouse=True)
def bistro(backend: FakeConsole) -> None:
    backend.save(
        "bistro", "mara", name="Bistro", tools=[HOUSE, {"kind": "built_in", "name": "note"}]
    )


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    data = {"revision": "1", "do": "save", **fields}
    return client.post(path, data=data, headers=OWN, base_url=SITE)


def read(client: FlaskClient, path: str) -> str:
    return unescape(client.get(path, base_url=SITE).text)


def tools(backend: FakeConsole) -> list[Any]:
    return list(backend.agents["bistro"][-1]["tools"])


def test_a_tool_is_made_and_its_secret_entered(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    answer = post(client, f"{PLACE}/new/http", **TYPED)
    assert answer.location == f"{PLACE}/find_table?done=saved"
    assert tools(backend)[-1] == FIND and len(tools(backend)) == 3
    assert "a secret is missing" in read(client, PLACE)
    page = read(client, f"{PLACE}/find_table")
    assert "https://api.example.com alone" in page and "not entered yet" in page
    for name in ("headers", "parameters"):
        assert f'name="{name}"' in page
    post(client, f"{PLACE}/find_table/secrets", secret="KEY", value="canary-of-the-console")
    page = read(client, f"{PLACE}/find_table")
    assert "ends with sole" in page and "canary" not in page
    assert "a secret is missing" not in read(client, PLACE)


def test_it_is_tried_with_what_stands_in_the_form(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    page = post(client, f"{PLACE}/new/http", **TYPED | {"do": "try", "arguments": '{"day": "x"}'})
    assert page.status_code == 200 and "19:00" in page.text and "420 ms" in page.text
    sent = json.loads(backend.asked[-1].body)
    assert (sent["tool"], sent["arguments"], sent["agent"]) == (FIND, {"day": "x"}, "bistro")
    assert len(tools(backend)) == 2, "nothing is saved"
    assert "Finds a table." in page.text and "{&#34;day&#34;: &#34;x&#34;}" in page.text
    backend.tools.trial |= {"problem": "It broke.", "answer": ""}
    page = post(client, f"{PLACE}/new/http", **TYPED | {"do": "try", "arguments": "{}"})
    assert "It broke." in page.text


def test_a_servers_tools_are_listed_and_chosen(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    listed = [{"name": name, "description": "", "parameters": {}} for name in ("count", "book")]
    backend.tools.trial |= {"tools": listed}
    page = post(client, f"{PLACE}/house", **{**HOUSE, "do": "try", "allow": "count"})
    assert 'value="count" checked' in page.text and 'value="book">' in page.text
    post(client, f"{PLACE}/house", **{**HOUSE, "listed": "1", "chosen": ["count", "book"]})
    assert tools(backend)[0] == {**HOUSE, "allow": ["count", "book"]}


def test_built_in_ones_are_ticked_and_others_removed(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    post(client, PLACE, own=["end_session", "date_time"])
    assert [each["name"] for each in tools(backend)] == ["house", "end_session", "date_time"]
    post(client, f"{PLACE}/house/remove", revision="2")
    assert [each["name"] for each in tools(backend)] == ["end_session", "date_time"]


@pytest.mark.parametrize(("path", "fields"), [("", {"own": ["note"]}), ("/house/remove", {})])
def test_a_list_that_somebody_else_has_changed_is_not_overwritten(
    signed_in: SignedIn, backend: FakeConsole, path: str, fields: dict[str, Any]
) -> None:
    before = tools(backend)
    backend.save("bistro", "otto", description="New.")
    page = post(signed_in("mara"), f"{PLACE}{path}", **fields)
    assert page.status_code == 412 and "Somebody saved this agent meanwhile" in page.text
    assert 'name="revision" value="2"' in page.text and tools(backend) == before


def test_a_secret_that_cannot_be_kept_says_why(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    post(client, f"{PLACE}/new/http", **TYPED)
    backend.refuse("PUT /agents/bistro/secrets", 409, "no_key", detail="No key is set.")
    page = post(client, f"{PLACE}/find_table/secrets", secret="KEY", value="canary-of-the-console")
    assert page.status_code == 409 and "No key is set." in page.text
    assert "canary" not in page.text and "Finds a table." in page.text


def test_a_secret_that_no_tool_uses_is_deleted(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    assert "Secrets that no tool uses" not in client.get(PLACE, base_url=SITE).text
    backend.tools.left = [("https://old.example", "KEY", "WXYZ"), ("https://old.example", "B", "")]
    page = client.get(PLACE, base_url=SITE).text
    assert "Secrets that no tool uses" in page and "Delete KEY?" in page and "…WXYZ" in page
    assert "Delete KEY?" not in signed_in("vera").get(PLACE, base_url=SITE).text
    done = post(
        client, f"{PLACE.removesuffix('tools')}left-secrets", host="https://old.example", name="KEY"
    )
    assert done.status_code == 303 and [each[1] for each in backend.tools.left] == ["B"]


def test_what_is_wrong_stands_beside_its_field(signed_in: SignedIn, backend: FakeConsole) -> None:
    places = ("parameters", "url")
    faults = [wrong(f"#/tools/2/{place}", "odd", f"Mend {place}.") for place in places]
    backend.refuse("PATCH /agents/bistro", 400, "invalid", faults=faults)
    page = post(signed_in("mara"), f"{PLACE}/new/http", **TYPED | {"parameters": "{oops"})
    assert page.status_code == 400 and "{oops" in page.text
    assert 'id="error-parameters"' in page.text and "Mend url." in page.text


def test_what_is_wrong_with_a_trial_does_not_speak_of_saving(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.refuse("POST /tools/try", 400, "invalid", errors={"tool": ["url: Use an address."]})
    page = post(signed_in("mara"), f"{PLACE}/new/http", **TYPED | {"do": "try"})
    assert "Not tried yet." in page.text and "Not saved yet." not in page.text
    assert f'action="{PLACE}/new/http"' in page.text, "what follows begins at the top of the page"


def test_what_was_typed_outlives_a_backend_that_is_away(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.refuse("PATCH /agents/bistro", 500, "fault")
    page = post(signed_in("mara"), f"{PLACE}/new/http", **TYPED)
    assert page.status_code == 502 and "Finds a table." in page.text
    assert f'action="{PLACE}/new/http"' in page.text


def test_who_saves_on_top_of_another_save_is_told(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("bistro", "otto", description="New.")
    page = post(signed_in("mara"), f"{PLACE}/new/http", **TYPED)
    assert page.status_code == 412 and "Somebody saved the agent meanwhile" in page.text
    assert 'name="revision" value="2"' in page.text and "Finds a table." in page.text


def test_viewers_look_and_change_nothing(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("vera")
    assert "house" in read(client, PLACE) and "New MCP server" not in read(client, PLACE)
    page = read(client, f"{PLACE}/house")
    assert "readonly" in page and "List its tools" not in page
    for path in (f"{PLACE}/new/http", f"{PLACE}/house", f"{PLACE}/house/remove", PLACE):
        assert post(client, path, **TYPED).status_code == 403
    assert client.get(f"{PLACE}/new/http", base_url=SITE).status_code == 403
    assert client.get(f"{PLACE}/new/fax", base_url=SITE).status_code in (403, 404)
