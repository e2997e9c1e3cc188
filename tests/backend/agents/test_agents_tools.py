"""Tools of agents by REST: what they may be, their secrets, and how they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from agents.models import Revision, StoredAgent, ToolSecret
from agents.resolving import of_session
from agents.saving import checked
from agents.tools.secrets import secrets_of
from agents.tools.specs import HttpTool, tool_of
from asgiref.sync import sync_to_async
from fakes.tools.server import PIN, ToolServer, tool_server
from operators.models import AuditEntry, Role
from outgoing.models import AllowedHost
from rest_framework.exceptions import ValidationError
from vault.secrets import Secret
from voice_sessions.models import Session

KEY = "key-of-a-tool-canary-77"
FIND = {
    "kind": "http",
    "name": "find_tables",
    "description": "Finds free tables.",
    "parameters": {
        "type": "object",
        "properties": {"day": {"type": "string"}, "any": {}},
        "required": ["day"],
    },
    "url": "https://api.example.com/tables/{{day}}?any={{any}}",
    "headers": {"Authorization": "Bearer {{secret:KEY}}"},
    "secrets": ["KEY"],
    "secret_fields": ["pin"],
}
HOUSE = {"kind": "mcp", "name": "house", "url": "https://api.example.com/mcp", "allow": ["count"]}
NOTE = {"kind": "built_in", "name": "note"}
LOOP: dict[str, Any] = {"type": "object"}
for _level in range(20):
    LOOP = {"type": "object", "properties": {"inside": LOOP}}


@pytest.fixture(scope="module")
def server() -> Iterator[ToolServer]:
    with tool_server() as running:
        yield running


@pytest.fixture
async def editor(operated: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await operated(Role.EDITOR)
    made = await client.post(
        "/agents", json={"slug": "host", "name": "Host", "tools": [FIND, HOUSE, NOTE]}
    )
    assert made.status_code == 201, made.text
    return client


async def tried(client: httpx.AsyncClient, tool: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await client.post("/tools/try", json={"tool": tool, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("tool", "field"),
    [
        ({"kind": "fax"}, "kind"),
        ({"name": "Find"}, "name"),
        ({"name": "note"}, "name"),
        ({"description": None}, "description"),
        ({"allow": ["x"]}, "allow"),
        ({"method": "HEAD"}, "method"),
        ({"url": "https://{{day}}.example.com/"}, "url"),
        ({"url": "{{day}}://api.example.com/"}, "url"),
        ({"url": "https://api.example.com{{day}}/"}, "url"),
        ({"url": "https://u:p@api.example.com/"}, "url"),
        ({"url": "https://api.example.com/{{secret:KEY}}"}, "url"),
        ({"url": "https://api.example.com/{{night}}"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"headers": {"X-Key": "{{secret:OTHER}}"}}, "headers"),
        ({"headers": {"Host": "example.org"}}, "headers"),
        ({"headers": {"X": "a\nb"}}, "headers"),
        ({"headers": {"X": "caf\u00e9"}}, "headers"),
        ({"headers": {"Proxy-Authorization": "Basic eA=="}}, "headers"),
        ({"headers": {"upgrade": "websocket"}}, "headers"),
        ({"body": {"a": ["{{night}}"]}}, "body"),
        ({"body": "x" * 10_001}, "body"),
        ({"parameters": {"type": "string"}}, "parameters"),
        ({"parameters": {"type": "object", "properties": {"a": {"type": "texte"}}}}, "parameters"),
        ({"parameters": {"type": "object", "$ref": "https://example.org/x.json"}}, "parameters"),
        ({"parameters": {"type": "object", "description": "x" * 8000}}, "parameters"),
        ({"parameters": LOOP}, "parameters"),
        ({"secrets": ["key"]}, "secrets"),
        ({"timeout": 31}, "timeout"),
        ({"answer": "pin"}, "answer"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_a_tool_may_not_be_is_refused_by_its_field(tool: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked({"name": "Host", "tools": [{**FIND, **tool}]})
    assert field in refused.value.detail["tools"][0]  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://api.example.com/a", "https://api.example.com:80/a"),
        ("https://api.example.com/a", "https://api.example.com:8443/a"),
        ("https://api.example.com/a", "http://api.example.com:443/a"),
        ("https://api.example.com/a", "http://api.example.com/a"),
        ("https://api.example.com/a", "https://api.example.com.example.org/a"),
    ],
)
def test_a_secret_is_of_one_scheme_host_and_port(url: str, other: str) -> None:
    entered = {("https://api.example.com", "KEY"): Secret(KEY)}
    same = tool_of({**FIND, "url": url}, entered)
    elsewhere = tool_of({**FIND, "url": other}, entered)
    assert isinstance(same, HttpTool) and isinstance(elsewhere, HttpTool)
    assert same.secrets == {"KEY": Secret(KEY)} and elsewhere.secrets == {"KEY": None}


@pytest.mark.parametrize(
    "tools", [[NOTE, NOTE], [FIND, {**HOUSE, "name": "find_tables"}], [NOTE] * 21]
)
def test_names_are_there_once_and_not_too_many(tools: list[Any]) -> None:
    with pytest.raises(ValidationError):
        checked({"name": "Host", "tools": tools})


async def test_tools_come_back_as_they_were_sent(editor: httpx.AsyncClient) -> None:
    assert (await editor.get("/agents/host")).json()["tools"] == [FIND, HOUSE, NOTE]


async def test_a_secret_is_entered_for_a_host_and_never_told(
    editor: httpx.AsyncClient, operated: Any
) -> None:
    unset = {"tool": "find_tables", "host": "https://api.example.com", "name": "KEY"}
    path, entered = "/agents/host/secrets", {"tool": "find_tables", "name": "KEY", "value": KEY}
    assert (await editor.get(path)).json() == {"secrets": [{**unset, "set": False, "ending": ""}]}
    told = (await editor.put(path, json=entered)).json()
    assert told == {"secrets": [{**unset, "set": True, "ending": KEY[-4:]}]}
    row = await ToolSecret.objects.aget()
    assert KEY not in row.sealed
    session = Session(id="s", revision_id=(await Revision.objects.aget()).id, identity="ann")
    tool = (await sync_to_async(of_session)(session)).tools[0]
    assert isinstance(tool, HttpTool) and KEY not in repr(tool)
    assert tool.secrets["KEY"] and tool.secrets["KEY"].reveal() == KEY
    everything = [path, "/agents/host", "/agents/host/export", "/agents/host/revisions/1"]
    for each in everything:
        assert KEY not in (await editor.get(each)).text
    noted = [str(entry.facts) async for entry in AuditEntry.objects.all()]
    assert any("KEY" in facts for facts in noted) and KEY not in "".join(noted)
    elsewhere = {**FIND, "url": "https://api.example.org/{{day}}"}
    saved = await editor.patch(
        "/agents/host", json={"tools": [elsewhere]}, headers={"If-Match": '"1"'}
    )
    assert saved.status_code == 200
    assert not (await editor.get(path)).json()["secrets"][0]["set"], "another host needs it anew"
    unknown = await editor.put(path, json={**entered, "name": "OTHER"})
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["name"])
    viewer = await operated(Role.VIEWER)
    looked = (await viewer.get(path)).json()["secrets"][0]
    assert (looked["name"], looked["ending"]) == ("KEY", ""), "whoever may look sees no part of it"
    assert (await viewer.put(path, json=entered)).status_code == 403
    assert (await viewer.post("/tools/try", json={"tool": NOTE})).status_code == 403
    removed = (await editor.put(path, json={**entered, "value": ""})).json()
    assert not removed["secrets"][0]["set"]


@pytest.mark.parametrize("moved", ["host", "name", "agent"])
async def test_a_secret_that_is_moved_in_the_database_cannot_be_read(
    editor: httpx.AsyncClient, moved: str
) -> None:
    await editor.put(
        "/agents/host/secrets", json={"tool": "find_tables", "name": "KEY", "value": KEY}
    )
    other = await StoredAgent.objects.acreate(slug="other")
    places = {"host": "https://example.org", "name": "OTHER", "agent": other}
    slug = "other" if moved == "agent" else "host"
    assert len(await sync_to_async(secrets_of)("host")) == 1
    await ToolSecret.objects.aupdate(**{moved: places[moved]})
    assert await sync_to_async(secrets_of)(slug) == {}


async def test_a_secret_that_no_header_can_carry_is_told_in_a_sentence(
    editor: httpx.AsyncClient,
) -> None:
    tool = {**HOUSE, "headers": {"X-Key": "{{secret:KEY}}"}, "secrets": ["KEY"]}
    await editor.patch("/agents/host", json={"tools": [tool]}, headers={"If-Match": '"1"'})
    await editor.put(
        "/agents/host/secrets", json={"tool": "house", "name": "KEY", "value": "a\nX-Other: b"}
    )
    found = await tried(editor, tool, agent="host")
    assert (
        found["problem"] == "The tool is not set up: a secret has signs that no header can carry."
    )


async def test_a_packed_answer_of_a_server_of_mcp_is_not_unpacked(
    editor: httpx.AsyncClient, server: ToolServer
) -> None:
    await AllowedHost.objects.acreate(host="127.0.0.1", made_by="tests")
    found = await tried(editor, {**HOUSE, "url": f"{server.url}/do/packed"})
    assert found["problem"] == "The tool's answer is not what was expected."
    assert server.requests("/do/packed")


async def test_strangers_see_nothing_of_tools(
    editor: httpx.AsyncClient, alice: httpx.AsyncClient
) -> None:
    for method, path in (
        ("POST", "/tools/try"),
        ("GET", "/agents/host/secrets"),
        ("PUT", "/agents/host/secrets"),
    ):
        assert (await alice.request(method, path)).status_code == 404
    await editor.patch("/agents/host", json={"visibility": "public"}, headers={"If-Match": '"1"'})
    assert "tools" not in (await alice.get("/agents/host")).json()


async def test_a_private_host_is_out_of_reach_until_an_owner_allows_it(
    editor: httpx.AsyncClient, server: ToolServer
) -> None:
    server.clear()
    tool = {"kind": "http", "name": "find", "description": "Finds.", "url": f"{server.url}/do/it"}
    refused = await tried(editor, tool)
    assert refused["status"] is None and "private address" in refused["problem"]
    remote = {"kind": "mcp", "name": "house", "url": f"{server.url}/mcp", "allow": ["count_guests"]}
    assert "private address" in (await tried(editor, remote))["problem"]
    assert not server.asked
    await AllowedHost.objects.acreate(host="127.0.0.1", port=server.port, made_by="tests")
    found = await tried(editor, tool)
    assert (found["status"], found["problem"]) == (200, "") and PIN in found["answer"]
    part = await tried(editor, {**tool, "answer": "/free/0/time"})
    assert part["answer"] == "19:00"
    listed = await tried(editor, {**remote, "allow": None})
    assert listed["tools"], "they are listed before any is chosen"
    assert listed["tools"] == (await tried(editor, remote))["tools"]
    names = [each["name"] for each in listed["tools"]]
    assert names == ["count_guests", "fail_always", "not_for_agents"]
    assert listed["tools"][0]["parameters"]["required"] == ["day"]


@pytest.mark.parametrize(
    ("changes", "arguments", "problem"),
    [
        ({}, {}, "The arguments are not right: day is missing."),
        ({}, {"day": 5}, 'The arguments are not right: day: use type "string".'),
        ({}, {"day": ".."}, "The arguments are not right: day cannot be used so."),
        ({}, {"day": "x/../../admin"}, "The arguments are not right: day cannot be used so."),
        ({}, {"day": "..\\admin"}, "The arguments are not right: day cannot be used so."),
        ({"url": "http://a..b/{{day}}"}, {"day": "x"}, "is none that can be asked"),
        ({}, {"day": "deep"}, "The tool's answer is not what was expected."),
        ({"secrets": ["KEY"]}, {"day": "x"}, "The tool is not set up: a secret is missing."),
        ({"answer": "/nothing"}, {"day": "it"}, "The tool's answer is not what was expected."),
        ({}, {"day": "broken"}, "The tool's server refused, with status 500."),
        ({}, {"day": "large"}, "The tool's answer is longer than can be read."),
        ({}, {"day": "elsewhere"}, "The tool's server is at a private address"),
        ({"timeout": 1}, {"day": "slow"}, "The tool's server did not answer in time."),
        ({"headers": {"X-Day": "{{day}}"}}, {"day": "a\nb"}, "day cannot be used so"),
    ],
)
async def test_what_fails_is_told_in_a_sentence(
    editor: httpx.AsyncClient,
    server: ToolServer,
    changes: dict[str, Any],
    arguments: dict[str, Any],
    problem: str,
) -> None:
    server.seconds = 3.0
    await AllowedHost.objects.acreate(host="127.0.0.1", made_by="tests")
    tool = {**FIND, "url": f"{server.url}/do/{{{{day}}}}", "headers": {}, "secrets": [], **changes}
    found = await tried(editor, tool, arguments=arguments)
    assert problem in found["problem"] and not found["answer"]


async def test_a_secret_that_no_header_can_carry_is_told_and_not_sent(
    editor: httpx.AsyncClient,
) -> None:
    header = {"headers": {"Authorization": "Bearer {{secret:KEY}}"}, "secrets": ["KEY"]}
    house = {**HOUSE, **header}
    await editor.patch("/agents/host", json={"tools": [FIND, house]}, headers={"If-Match": '"1"'})
    await editor.put("/agents/host/secrets", json={"tool": "house", "name": "KEY", "value": "ключ"})
    for tool in (house, FIND):
        found = await tried(editor, tool, agent="host", arguments={"day": "today"})
        assert "a secret has signs that no header can carry" in found["problem"]


async def test_a_secret_that_a_server_sends_back_goes_to_no_model(
    editor: httpx.AsyncClient, server: ToolServer
) -> None:
    await AllowedHost.objects.acreate(host="127.0.0.1", made_by="tests")
    tool = {**FIND, "url": f"{server.url}/do/{{{{day}}}}"}
    await editor.patch("/agents/host", json={"tools": [tool]}, headers={"If-Match": '"1"'})
    await editor.put(
        "/agents/host/secrets", json={"tool": "find_tables", "name": "KEY", "value": KEY}
    )
    found = await tried(editor, tool, agent="host", arguments={"day": "echo"})
    assert "Bearer •••" in found["answer"] and KEY not in found["answer"]
    assert (await tried(editor, tool, arguments={"day": "echo"}))["problem"], "it is the agent's"
