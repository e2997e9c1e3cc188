"""Trying an agent before it is saved: who may, for whom, for how long, and what stays of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from agents import saving
from agents.models import Draft, Revision
from agents.resolving import of_session
from asgiref.sync import sync_to_async
from django.utils import timezone
from fakes.runtime import FakeRuntime
from fakes.visitors import ALICE, BOB, visitor_token
from operators import keys
from operators.models import AuditEntry, Role
from voice_sessions.actions import sessions
from voice_sessions.models import Session, State

SAVED = {"name": "Bistro Rosa", "greeting": "Good evening.", "visibility": "operators"}
TRIED = {**SAVED, "greeting": "Buona sera, {{visitor_name}}.", "recording": "ask"}
START = {"room": "kitchen", "identity": "ann"}
PATH = "/agents/bistro/drafts"

create, agent_of = sync_to_async(saving.create), sync_to_async(of_session)


@pytest.fixture
async def bistro(record: None) -> Revision:
    return await create("bistro", SAVED, "root")


def body(**fields: Any) -> dict[str, Any]:
    return {**TRIED, "visitor_token": visitor_token(ALICE), **fields}


async def test_an_editor_hears_what_nobody_else_does(
    operated: Any, alice: httpx.AsyncClient, bob: httpx.AsyncClient, bistro: Revision
) -> None:
    editor = await operated(Role.EDITOR)
    made = await editor.post(PATH, json=body())
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["slug"], told["name"], told["recording"]) == ("bistro", "Bistro Rosa", "ask")
    for stranger in (bob, await operated(Role.OWNER)):
        refused = await stranger.post("/session", json={**START, "draft": told["draft"]})
        assert refused.status_code in (401, 404), "the draft is Alice's"
    started = await alice.post("/session", json={**START, "draft": told["draft"]})
    assert started.status_code == 201, started.text
    session = await Session.objects.aget(id=started.json()["session_id"])
    agent = await agent_of(session)
    assert (agent.greeting, agent.slug) == ("Buona sera, ann.", "bistro")
    shown = (await alice.get(f"/session/{session.id}")).json()["agent"]
    assert shown == {"slug": "bistro", "name": "Bistro Rosa", "revision": 1, "draft": True}
    now = (await editor.get("/agents/bistro")).json()
    assert (now["revision"], now["greeting"]) == (1, "Good evening."), "nothing was saved"
    assert (await alice.get("/agents/bistro")).status_code == 404
    noted = await AuditEntry.objects.alatest("id")
    assert (noted.action, noted.subject, noted.facts) == ("agent.tried", "bistro", {})


async def test_a_session_keeps_what_was_tried_while_the_agent_is_saved(
    operated: Any, alice: httpx.AsyncClient, bistro: Revision
) -> None:
    draft = (await (await operated(Role.EDITOR)).post(PATH, json=body())).json()["draft"]
    started = await alice.post("/session", json={**START, "draft": draft})
    await sync_to_async(saving.save)("bistro", {"greeting": "Hi."}, "root", base=1)
    await Draft.objects.aupdate(made_at=timezone.now() - timedelta(days=2))
    await sync_to_async(saving.draft)("new", {"name": "A"}, "root", BOB)
    session = await Session.objects.aget(id=started.json()["session_id"])
    assert (await agent_of(session)).greeting == "Buona sera, ann."


async def test_the_next_try_ends_the_one_before(
    operated: Any, alice: httpx.AsyncClient, bistro: Revision
) -> None:
    editor = await operated(Role.EDITOR)
    draft = (await editor.post(PATH, json=body())).json()["draft"]
    first = (await alice.post("/session", json={**START, "draft": draft})).json()["session_id"]
    other = (await alice.post("/session", json={**START, "room": "hall"})).json()["session_id"]
    assert (await editor.post(PATH, json=body())).status_code == 201
    assert (await Session.objects.aget(id=first)).state == State.ENDING
    assert (await Session.objects.aget(id=other)).state == State.STARTING
    await sync_to_async(sessions.finish)(first)


async def test_what_was_tried_can_be_started_for_an_hour(
    operated: Any, alice: httpx.AsyncClient, bistro: Revision
) -> None:
    editor = await operated(Role.EDITOR)
    draft = (await editor.post(PATH, json=body())).json()["draft"]
    await Draft.objects.aupdate(made_at=timezone.now() - timedelta(hours=1, seconds=1))
    late = await alice.post("/session", json={**START, "draft": draft})
    assert (late.status_code, late.json()["code"]) == (404, "agent_not_found")
    await Draft.objects.aupdate(made_at=timezone.now() - timedelta(hours=2, seconds=1))
    assert (await editor.post(PATH, json=body())).status_code == 201
    assert await Draft.objects.acount() == 1, "one that nobody can use any more is deleted"


@pytest.mark.parametrize("slug", ["new", "default"])
async def test_what_is_not_saved_yet_can_be_tried(
    operated: Any, alice: httpx.AsyncClient, runtime: FakeRuntime, record: None, slug: str
) -> None:
    owner = await operated(Role.OWNER)
    made = await owner.post(f"/agents/{slug}/drafts", json=body())
    started = await alice.post("/session", json={**START, "draft": made.json()["draft"]})
    told = (await alice.get(f"/session/{started.json()['session_id']}")).json()["agent"]
    assert told == {"slug": slug, "name": "Bistro Rosa", "revision": 0, "draft": True}
    assert (await owner.post("/agents/nobody/drafts", json=body())).status_code == 404


async def test_who_may_try_and_what(
    operated: Any, stranger: httpx.AsyncClient, alice: httpx.AsyncClient, bistro: Revision
) -> None:
    viewer, editor = await operated(Role.VIEWER), await operated(Role.EDITOR)
    assert (await stranger.post(PATH, json=body())).status_code == 404
    assert (await alice.post(PATH, json=body())).status_code == 404
    assert (await viewer.post(PATH, json=body())).status_code == 403
    server = {"services": {"llm": {"base_url": "http://127.0.0.1:9/v1"}}}
    assert (await editor.post(PATH, json=body(**server))).status_code == 403
    for wrong in ({"greeting": "x" * 1001}, {"visitor_token": "x.y.z"}, {"visitor_token": None}):
        answer = await editor.post(PATH, json=body(**wrong))
        assert answer.status_code == 400 and list(answer.json()["errors"]) == [next(iter(wrong))]
    assert not await Draft.objects.aexists()


async def test_a_program_may_try_where_it_may_make_agents(browser: Any, bistro: Revision) -> None:
    for scope in keys.SCOPES:
        _key, secret = await sync_to_async(keys.make)("shop", [scope], None, "root")
        status = 201 if scope == "agents" else 403
        client: httpx.AsyncClient = browser(None)
        client.headers["Authorization"] = f"Bearer {secret}"
        assert (await client.post(PATH, json=body())).status_code == status
