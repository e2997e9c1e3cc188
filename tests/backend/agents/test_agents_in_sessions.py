"""Sessions and their agents: which one a start names, and what it keeps while that is edited."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from agents import saving
from agents.resolving import of_session
from agents.steps import agent_of
from asgiref.sync import sync_to_async
from fakes.runtime import FakeRuntime
from voice_sessions.models import Session

WANTED = {"room": "kitchen", "identity": "ann"}
FIELDS = {
    "name": "Bistro Rosa",
    "instructions": "It is {{date}}, {{ time }}. {{visitor_name}} sits at {{table}}.",
    "variables": [{"name": "table", "default": "no table"}],
    "greeting": "Hello {{visitor_name}}.",
    "visibility": "link",
    "timezone": "Asia/Tokyo",
    "turn_taking": "patient",
    "idle_seconds": 60,
}

create, save = sync_to_async(saving.create), sync_to_async(saving.save)


@pytest.fixture
async def bistro(record: None) -> None:
    await create("bistro", FIELDS, "root")


async def started(client: httpx.AsyncClient, **given: Any) -> Session:
    answer = await client.post("/session", json={**WANTED, **given})
    assert answer.status_code == 201, answer.text
    return await Session.objects.aget(id=answer.json()["session_id"])


async def test_a_session_has_the_agent_that_its_start_names(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None
):
    session = await started(alice, agent="bistro", variables={"table": "table nine"})
    agent = await agent_of(session)
    assert (agent.slug, agent.name, agent.greeting) == ("bistro", "Bistro Rosa", "Hello ann.")
    assert agent.instructions.endswith("ann sits at table nine.") and "{{" not in agent.instructions
    assert (agent.turns.ends_after, agent.limits.idle_seconds) == (1.2, 60)
    told = (await alice.get(f"/session/{session.id}")).json()
    assert told["agent"] == {"slug": "bistro", "name": "Bistro Rosa", "revision": 1, "draft": False}
    plain = await started(alice, room="hall")
    assert (await alice.get(f"/session/{plain.id}")).json()["agent"]["slug"] == "default"


async def test_a_room_has_one_agent_at_a_time(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None
):
    session = await started(alice, agent="bistro")
    other = await alice.post("/session", json=WANTED)
    assert (other.status_code, other.json()["code"]) == (409, "other_agent")
    await save("bistro", {"greeting": "Other words."}, "root", base=1)
    again = await alice.post("/session", json={**WANTED, "agent": "bistro"})
    assert (again.status_code, again.json()["session_id"]) == (200, session.id)


async def test_date_and_time_are_those_of_the_start_in_the_agents_zone(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None
):
    session = await started(alice, agent="bistro")
    session.created_at = session.created_at.replace(
        year=2026, month=3, day=1, hour=18, minute=5, second=0
    )
    agent = await sync_to_async(of_session)(session)
    assert agent.instructions == "It is Monday, 2 March 2026, 03:05. ann sits at no table."


async def test_a_session_keeps_its_revision_while_the_agent_is_edited(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None
):
    session = await started(alice, agent="bistro")
    await save("bistro", {"greeting": "Other words.", "name": "Rosa"}, "root", base=1)
    assert (await agent_of(session)).greeting == "Hello ann.", "also for who takes over"
    told = (await alice.get(f"/transcripts/{session.id}")).json()
    assert told["agent"] == {"slug": "bistro", "name": "Bistro Rosa", "revision": 1, "draft": False}
    assert (await agent_of(await started(alice, room="hall", agent="bistro"))).name == "Rosa"
    listed = (await alice.get("/sessions")).json()["sessions"]
    assert [each["agent"]["revision"] for each in listed] == [2, 1]


@pytest.mark.parametrize("path", ["/session", "/token"])
@pytest.mark.parametrize("slug", ["unknown", "hidden", "retired", "No Slug", "\u0661", "../x"])
async def test_an_agent_that_is_not_open_to_them_is_none(
    alice: httpx.AsyncClient, runtime: FakeRuntime, record: None, path: str, slug: str
):
    await create("hidden", {"name": "Hidden"}, "root")
    await create("retired", {"name": "Retired", "visibility": "public"}, "root")
    await sync_to_async(saving.retire)("retired", "root", base=1)
    names = ("room_name", "participant_identity") if path == "/token" else ("room", "identity")
    body = dict(zip(names, WANTED.values(), strict=True)) | {"agent": slug}
    answer = await alice.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "agent_not_found")
    assert list(answer.json()["errors"]) == ["agent"]
    assert not runtime.started


@pytest.mark.parametrize(
    "variables",
    [
        {"chair": "one"},
        {"table": 9},
        {"table": "x" * 501},
        {"table": {"a": "b"}},
        "table",
        ["table"],
    ],
)
async def test_values_that_the_agent_does_not_take_are_refused(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None, variables: Any
):
    answer = await alice.post(
        "/session", json={**WANTED, "agent": "bistro", "variables": variables}
    )
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["variables"]
    assert not runtime.started


async def test_what_a_visitor_writes_into_a_variable_is_filled_in_once(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None
):
    session = await started(alice, agent="bistro", variables={"table": "{{visitor_name}}\x07"})
    assert (await agent_of(session)).instructions.endswith("ann sits at {{visitor_name}}.")


@pytest.mark.parametrize(("allowed", "status"), [(True, 201), (False, 400)])
async def test_only_some_agents_let_a_visitor_say_what_they_are(
    alice: httpx.AsyncClient, runtime: FakeRuntime, bistro: None, allowed: bool, status: int
):
    await save("bistro", {"visitor_instructions": allowed}, "root", base=1)
    body = {**WANTED, "agent": "bistro", "system_prompt": "Be brief."}
    assert (await alice.post("/session", json=body)).status_code == status


async def test_a_saved_default_agent_takes_the_place_of_the_settings_own(
    alice: httpx.AsyncClient, runtime: FakeRuntime, record: None
):
    await save("default", {"greeting": "Hi.", "recording": "ask"}, "root", base=0)
    session = await started(alice, recorded=True)
    assert session.recorded and (await agent_of(session)).greeting == "Hi."
    await save("default", {"visibility": "operators"}, "root", base=1)
    answer = await alice.post("/session", json={**WANTED, "room": "hall"})
    assert answer.status_code == 404


async def test_no_key_goes_to_another_host(record: None, settings: Any):
    service = settings.SERVICES["llm"]
    other = {"services": {"llm": {"base_url": "https://other.example/v1", "model": "m"}}}
    same = {"services": {"llm": {"base_url": service.base_url, "model": "n"}}}
    made = await create("other", {"name": "Other", "visibility": "public", **other}, "root")
    here = await create("same", {"name": "Same", "visibility": "public", **same}, "root")
    rows = [Session(revision_id=each.id, identity="ann") for each in (made, here)]
    agents = [await sync_to_async(of_session)(row) for row in rows]
    assert agents[0].services["llm"].base_url == "https://other.example/v1"
    assert agents[0].services["llm"].api_key == "no-key"
    assert agents[1].services["llm"].api_key == service.api_key
    assert [each.services["llm"].model for each in agents] == ["m", "n"]
    assert agents[0].services["stt"] == settings.SERVICES["stt"]
