"""Agents by REST: operators make and change them, visitors are told what they need to know."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from agents import queries
from agents.models import Revision, StoredAgent
from asgiref.sync import sync_to_async
from bistro import BISTRO, CSRF, match
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


async def test_an_agent_is_made_and_tells_what_is_left_to_the_settings(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    assert {**bistro, **BISTRO} == bistro
    assert (bistro["revision"], bistro["saved_by"]) == (1, "root")
    assert bistro["voice"] is None and bistro["temperature"] is None
    read = await owner.get("/agents/bistro")
    assert read.json() == bistro and read.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Bistro Rosa"}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"instructions": "x" * 16_001}, "instructions"),
        ({"instructions": "Hello {{nobody}}."}, "instructions"),
        ({"greeting": "Hello {{ visitor name }}."}, "greeting"),
        ({"variables": [{"name": "date"}]}, "variables"),
        ({"variables": [{"name": "table"}, {"name": "table"}]}, "variables"),
        ({"variables": [{"name": "Table"}]}, "variables"),
        ({"language": "english"}, "language"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"speech_rate": 9}, "speech_rate"),
        ({"speech_rate": True}, "speech_rate"),
        ({"temperature": "warm"}, "temperature"),
        ({"temperature": None, "session_seconds": 60.5}, "session_seconds"),
        ({"turn_taking": "eager"}, "turn_taking"),
        ({"session_seconds": 1}, "session_seconds"),
        ({"services": {"llm": {"base_url": "ftp://example.com"}}}, "services"),
        ({"services": {"llm": {"base_url": "https://me:secret@example.com"}}}, "services"),
        ({"services": {"llm": {"api_key": "sk-1"}}}, "services"),
        ({"services": {"eyes": {"model": "x"}}}, "services"),
        ({"embed_sites": ["http://example.com"]}, "embed_sites"),
        ({"embed_sites": ["https://example.com/page"]}, "embed_sites"),
        ({"embed_sites": ["https://*"]}, "embed_sites"),
        ({"embed_sites": ["https://*.example.com"]}, "embed_sites"),
        ({"embed_sites": ["https://example.com;sandbox"]}, "embed_sites"),
        ({"embed_sites": ["https://example.com,default-src"]}, "embed_sites"),
        ({"visibility": "everybody"}, "visibility"),
        ({"may_be_interrupted": "no"}, "may_be_interrupted"),
        ({"colour": "teal"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_made(
    owner: httpx.AsyncClient, changes: dict[str, Any], field: str
):
    answer = await owner.post("/agents", json={**BISTRO, **changes})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not await StoredAgent.objects.aexists()


async def test_what_is_wrong_within_a_field_is_found_by_its_place(owner: httpx.AsyncClient):
    services = {"llm": {"base_url": "ftp://example.com"}}
    variables = [{"name": "table"}, {"name": "No"}]
    body = {**BISTRO, "services": services, "variables": variables}
    errors = (await owner.post("/agents", json=body)).json()["errors"]
    assert errors["services"][0].startswith("llm, base_url: Use the server's address")
    assert errors["variables"] == ["2, name: Begin with a small letter; then letters, digits, _."]


async def test_every_save_is_a_revision_and_an_old_one_comes_back(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    changed = await owner.patch(
        "/agents/bistro", json={"greeting": "Hello.", "description": None}, headers=match(1)
    )
    assert changed.status_code == 200 and changed.headers["ETag"] == '"2"'
    assert (changed.json()["greeting"], changed.json()["description"]) == ("Hello.", None)
    assert changed.json()["instructions"] == BISTRO["instructions"], "what is not sent stays"
    same = await owner.patch("/agents/bistro", json={"greeting": "Hello."}, headers=match(2))
    assert same.json()["revision"] == 2, "nothing changed, so nothing is saved"
    old = await owner.get("/agents/bistro/revisions/1")
    assert old.json() == bistro
    again = await owner.post("/agents/bistro/revisions", json={"restore": 1}, headers=match(2))
    assert again.status_code == 201 and again.json()["greeting"] == BISTRO["greeting"]
    told = (await owner.get("/agents/bistro/revisions?limit=2")).json()
    assert [(each["revision"], each["restored"]) for each in told["revisions"]] == [
        (3, 1),
        (2, None),
    ]
    rest = (await owner.get(f"/agents/bistro/revisions?before={told['next']}")).json()
    assert [each["revision"] for each in rest["revisions"]] == [1] and rest["next"] is None


async def test_of_two_who_save_at_once_the_second_is_told_what_changed(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    await owner.patch("/agents/bistro", json={"voice": "nova"}, headers=match(1))
    late = await owner.patch("/agents/bistro", json={"greeting": "Hi."}, headers=match(1))
    assert late.status_code == 412 and late.headers["ETag"] == '"2"'
    problem = late.json()
    assert (problem["code"], list(problem["errors"])) == ("agent_changed", ["voice"])
    assert (await owner.get("/agents/bistro")).json()["greeting"] == BISTRO["greeting"]
    odd = await owner.patch("/agents/bistro", json=["greeting"], headers=match(2))
    assert odd.status_code == 400 and list(odd.json()["errors"]) == ["body"]
    blind = await owner.patch("/agents/bistro", json={"greeting": "Hi."})
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition_required")


async def test_of_racing_saves_of_one_revision_one_wins(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    saves = [
        owner.patch("/agents/bistro", json={"greeting": f"Hello {n}."}, headers=match(1))
        for n in range(6)
    ]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*saves))
    assert statuses == [200, 412, 412, 412, 412, 412]
    assert await Revision.objects.acount() == 2


async def test_a_slug_is_given_once_also_after_its_agent_was_retired(
    owner: httpx.AsyncClient, alice: httpx.AsyncClient, bistro: dict[str, Any]
):
    assert (await owner.post("/agents", json=BISTRO)).json()["code"] == "slug_taken"
    assert (await owner.delete("/agents/bistro", headers=match(1))).status_code == 204
    assert (await owner.post("/agents", json=BISTRO)).status_code == 409
    assert (await owner.get("/agents/bistro")).status_code == 404
    assert (await alice.get("/agents/bistro")).status_code == 404
    assert "bistro" not in [each["slug"] for each in (await owner.get("/agents")).json()["agents"]]


async def test_visitors_are_told_of_public_agents_and_of_none_what_it_is_told(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient, bistro: dict[str, Any]
):
    for slug, visibility in (("linked", "link"), ("hidden", "operators")):
        await owner.post("/agents", json={**BISTRO, "slug": slug, "visibility": visibility})
    found = (await stranger.get("/agents")).json()
    assert [each["slug"] for each in found["agents"]] == ["bistro", "default"]
    assert found["agents"][0] == {
        "slug": "bistro",
        "name": "Bistro Rosa",
        "description": "Takes bookings.",
        "language": "en",
    }
    linked = await stranger.get("/agents/linked")
    assert linked.json()["variables"] == ["table"] and "take bookings" not in linked.text
    hidden = await stranger.get("/agents/hidden")
    unknown = await stranger.get("/agents/unknown")
    assert hidden.status_code == 404
    assert {**hidden.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


async def test_lists_come_in_pages(owner: httpx.AsyncClient, stranger: httpx.AsyncClient):
    for number in range(5):
        await owner.post("/agents", json={**BISTRO, "slug": f"bistro-{number}"})
    for client, names in ((owner, 6), (stranger, 6)):
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            page = (await client.get(f"/agents?limit=2&after={after}")).json()
            found += [each["slug"] for each in page["agents"]]
            after = page["next"]
        assert len(found) == len(set(found)) == names and found == sorted(found)


async def test_a_list_of_public_agents_asks_the_database_as_often_as_one_of_two(
    owner: httpx.AsyncClient,
):
    def asked(limit: int) -> int:
        with CaptureQueriesContext(connection) as done:
            queries.listed(limit=limit)
        return len(done)

    for slug in "abcdef":
        await owner.post("/agents", json={**BISTRO, "slug": slug})
    assert await sync_to_async(asked)(6) == await sync_to_async(asked)(2)


@pytest.fixture
async def viewer(application: Any, browser: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody of the staff who owns nothing."""

    def sign_in() -> str:
        django_client = Client()
        django_client.force_login(User.objects.create_user("viewer", is_staff=True))
        return django_client.cookies[settings.SESSION_COOKIE_NAME].value

    client = browser(None)
    client.cookies.set(settings.SESSION_COOKIE_NAME, await sync_to_async(sign_in)())
    client.cookies.set(settings.CSRF_COOKIE_NAME, CSRF)
    client.headers["X-CSRFToken"] = CSRF
    yield client


CALLS = [
    ("POST", "/agents"),
    ("PATCH", "/agents/bistro"),
    ("DELETE", "/agents/bistro"),
    ("GET", "/agents/bistro/revisions"),
    ("POST", "/agents/bistro/revisions"),
    ("GET", "/agents/bistro/revisions/1"),
    ("GET", "/agents/bistro/export"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_nobody_else_reaches_what_operators_do(
    alice: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    viewer: httpx.AsyncClient,
    bistro: dict[str, Any],
    method: str,
    path: str,
):
    for client in (alice, stranger, viewer):
        body = None if method == "GET" else {**BISTRO, "slug": "mine", "restore": 1}
        answer = await client.request(method, path, json=body, headers=match(1))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await Revision.objects.acount() == 1


async def test_a_form_of_another_site_changes_nothing(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    del owner.headers["X-CSRFToken"]
    answer = await owner.patch("/agents/bistro", json={"greeting": "Hi."}, headers=match(1))
    assert answer.status_code == 403
    assert await Revision.objects.acount() == 1


async def test_the_settings_own_agent_can_be_changed_and_stays_public(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient
):
    before = await owner.get("/agents/default")
    assert (before.json()["revision"], before.headers["ETag"]) == (0, '"0"')
    assert (await owner.get("/agents")).json() == {"agents": [before.json()], "next": None}
    assert before.json()["name"] == "Voice agent" and before.json()["instructions"] is None
    assert "saved_by" not in before.json()
    assert (await owner.get("/agents/default/export")).text.startswith("slug: default\n")
    saved = await owner.patch(
        "/agents/default", json={"name": "Ada", "greeting": "Hi."}, headers=match(0)
    )
    assert saved.status_code == 200 and saved.json()["revision"] == 1
    assert (await owner.get("/agents")).json()["agents"] == [saved.json()]
    told = (await stranger.get("/agents/default")).json()
    assert (told["name"], told["slug"]) == ("Ada", "default")
    late = await owner.patch("/agents/default", json={"name": "Bea"}, headers=match(0))
    assert late.status_code == 412


async def test_the_longest_agent_is_stored_and_a_longer_body_is_refused(
    owner: httpx.AsyncClient, alice: httpx.AsyncClient
):
    longest = {**BISTRO, "instructions": "\U0001f600" * 16_000, "greeting": "\U0001f600" * 1000}
    sent = json.dumps(longest)
    made = await owner.post("/agents", content=sent, headers={"Content-Type": "application/json"})
    assert len(sent) > 200_000 and made.status_code == 201
    assert made.json()["instructions"] == longest["instructions"]
    written = (await owner.get("/agents/bistro/export")).content
    other = written.replace(b"slug: bistro", b"slug: other")
    kind = {"Content-Type": "application/yaml"}
    assert (await owner.post("/agents", content=other, headers=kind)).status_code == 201
    for path in ("/agents", "/agents/bistro", "/tools/try"):
        huge = await owner.post(path, content=b" " * (512 * 1024 + 1), headers=kind)
        assert (huge.status_code, huge.json()["code"]) == (413, "too_large")
        assert huge.json()["detail"] == "The body is larger than 512 KiB."
    beside = await alice.post("/agentsx", content=b" " * 70_000, headers=kind)
    assert beside.json()["detail"] == "The body is larger than 64 KiB."
