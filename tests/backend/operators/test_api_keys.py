"""Keys of programs: what each may do, for whom, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from agents import saving
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone
from fakes.runtime import FakeRuntime
from operators import keys
from operators.models import ApiKey
from voice_sessions.models import Session

START = {"room": "kitchen", "identity": "ann", "visitor": "customer 42"}
CSRF = "c" * 32


async def program(browser: Any, *scopes: str, days: int | None = None) -> httpx.AsyncClient:
    expires_at = timezone.now() + timedelta(days=days) if days is not None else None
    _key, secret = await sync_to_async(keys.make)("shop", scopes, expires_at, "root")  # type: ignore[arg-type]
    client: httpx.AsyncClient = browser(None)
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


async def test_an_owner_makes_a_key_that_is_shown_once(staff: httpx.AsyncClient, browser: Any):
    staff.cookies.set(settings.CSRF_COOKIE_NAME, CSRF)
    staff.headers["X-CSRFToken"] = CSRF
    wanted = {"name": "shop", "scopes": ["agents", "sessions"], "days": 30}
    made = (await staff.post("/api-keys", json=wanted)).json()
    assert made["secret"].endswith(made["ending"]) and made["scopes"] == ["sessions", "agents"]
    client = browser(None)
    client.headers["Authorization"] = f"Bearer {made['secret']}"
    assert (await client.get("/sessions?visitor=v")).status_code == 200
    listed = await staff.get("/api-keys")
    assert made["secret"] not in listed.text and listed.json()["keys"][0]["used_at"] is not None
    assert (await client.get("/api-keys")).json()["code"] == "not_found", "for owners alone"
    assert (await staff.delete(f"/api-keys/{made['id']}")).status_code == 204
    assert (await client.get("/sessions?visitor=v")).status_code == 401
    assert (await staff.delete(f"/api-keys/{made['id']}")).status_code == 404
    for wrong in ({"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"name": ""}):
        answer = await staff.post("/api-keys", json={**wanted, **wrong})
        assert list(answer.json()["errors"]) == [next(iter(wrong))]


async def test_a_program_starts_sessions_for_people_of_its_own(
    browser: Any, runtime: FakeRuntime, alice: httpx.AsyncClient
):
    shop, other = await program(browser, "sessions"), await program(browser, "sessions")
    started = await shop.post("/session", json=START)
    assert started.status_code == 201, started.text
    path = f"/session/{started.json()['session_id']}"
    assert (await shop.get(path, params={"visitor": "customer 42"})).status_code == 200
    assert (await shop.get(path, params={"visitor": "customer 43"})).status_code == 404
    assert (await other.get(path, params={"visitor": "customer 42"})).status_code == 404
    assert (await alice.get(path)).status_code == 404
    unnamed = await shop.get(path)
    assert (unnamed.status_code, list(unnamed.json()["errors"])) == (400, ["visitor"])
    row = await Session.objects.aget()
    assert "customer" not in row.visitor and row.address == ""


async def test_its_person_may_ask_with_a_token_that_it_hands_on(browser: Any, runtime: FakeRuntime):
    shop = await program(browser, "sessions")
    session_id = (await shop.post("/session", json=START)).json()["session_id"]
    names = {"room": "kitchen", "identity": "ann"}
    token = (await shop.get("/token", params={**names, "visitor": "customer 42"})).json()
    person = browser(None)
    person.headers["Authorization"] = f"Bearer {token['visitor_token']}"
    assert (await person.get(f"/session/{session_id}")).status_code == 200
    assert "visitor_token" not in (await person.get("/token", params=names)).json()


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["sessions"], {"start", "list"}),
        (["read"], {"list", "agents"}),
        (["agents"], {"agents", "make"}),
    ],
)
async def test_a_key_does_what_its_scopes_say(
    browser: Any, runtime: FakeRuntime, scopes: list[str], allowed: set[str]
):
    await sync_to_async(saving.create)("a", {"name": "A"}, "root")
    client = await program(browser, *scopes)
    answers = {
        "start": await client.post("/session", json=START),
        "list": await client.get("/sessions?visitor=v"),
        "agents": await client.get("/agents/a/revisions"),
        "make": await client.post("/agents", json={"slug": "b", "name": "B"}),
    }
    good = {name for name, answer in answers.items() if answer.status_code < 300}
    assert good == allowed
    refused = [answer.json()["code"] for name, answer in answers.items() if name not in allowed]
    assert set(refused) == {"out_of_scope"}


async def test_a_key_that_reads_gets_no_token_to_act_with(browser: Any, runtime: FakeRuntime):
    client, names = await program(browser, "read"), {"room": "kitchen", "identity": "ann"}
    asked = await client.get("/token", params={**names, "visitor": "customer 42"})
    posted = await client.post("/token", json={"visitor": "customer 42"})
    assert [asked.json()["code"], posted.json()["code"]] == ["out_of_scope"] * 2


async def test_a_key_ends_with_its_time(browser: Any, runtime: FakeRuntime):
    shop = await program(browser, "sessions", days=1)
    assert (await shop.get("/sessions?visitor=v")).status_code == 200
    await ApiKey.objects.aupdate(expires_at=timezone.now())
    assert (await shop.get("/sessions?visitor=v")).status_code == 401


async def test_what_a_program_changes_is_its_own_in_the_audit(browser: Any, runtime: FakeRuntime):
    client = await program(browser, "agents")
    made = await client.post("/agents", json={"slug": "b", "name": "B"})
    assert made.json()["saved_by"] == "key shop"
    server = {"services": {"llm": {"base_url": "http://127.0.0.1:9/v1"}}}
    strange = await client.patch("/agents/b", json=server, headers={"If-Match": '"1"'})
    assert strange.status_code == 403, "only an owner names servers"


async def test_a_key_starts_ten_times_as_often_as_an_address_and_no_more(
    browser: Any, runtime: FakeRuntime, settings: Any
):
    settings.STARTS_PER_MINUTE, shop = 1, await program(browser, "sessions")

    async def start(client: httpx.AsyncClient, number: int) -> int:
        return (await client.post("/session", json={**START, "visitor": f"{number}"})).status_code

    assert [await start(shop, number) for number in range(11)] == [201] * 10 + [429]
    starting = {"room_config": {"agents": [{"agent_name": "default"}]}}
    asked = await shop.post("/token", json={"visitor": "another", **starting})
    assert asked.status_code == 429, "tokens that start a session are counted with the starts"
    assert await start(await program(browser, "sessions"), 12) == 201, "another key has its own"
