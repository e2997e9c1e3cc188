"""Webhooks by REST: owners make them, others see which there are, strangers see nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from agents import saving
from asgiref.sync import sync_to_async as later
from django.contrib.auth.models import User
from operators import accounts, keys
from operators.models import AuditEntry, Operator, Role
from outgoing import hosts
from telling import end, started
from webhooks import signing
from webhooks.models import Delivery, Webhook

NEW = {"name": "crm", "url": "https://crm.example/hooks/voice", "events": ["session.ended"]}
NOWHERE = "/webhooks/nowhere"
CALLS = [
    ("GET", "/webhooks"),
    ("POST", "/webhooks"),
    ("GET", "/webhooks/{id}"),
    ("PATCH", "/webhooks/{id}"),
    ("DELETE", "/webhooks/{id}"),
    ("POST", "/webhooks/{id}/secret"),
    ("POST", "/webhooks/{id}/test"),
    ("GET", "/webhooks/{id}/deliveries"),
    ("POST", "/webhooks/{id}/deliveries/{message}"),
]


@pytest.fixture
async def people(browser: Any) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """The client of an operator of each role."""

    def signed_in(role: Role) -> str:
        user = User.objects.create(username=role, is_superuser=role == Role.OWNER)
        return accounts.sign_in(Operator.objects.create(user=user, role=role))[0]

    clients = {}
    for role in Role:
        clients[str(role)] = browser(None)
        clients[str(role)].headers["Authorization"] = f"Bearer {await later(signed_in)(role)}"
    yield clients
    await User.objects.all().adelete()


@pytest.fixture
def owner(people: dict[str, httpx.AsyncClient]) -> httpx.AsyncClient:
    """The client of an owner."""
    return people["owner"]


async def made(owner: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await owner.post("/webhooks", json={**NEW, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_an_owner_makes_one_whose_secret_is_shown_once(owner: httpx.AsyncClient):
    new = await made(owner)
    secret = new.pop("secret")
    assert secret.startswith("whsec_") and signing.headers("msg_1", 1, b"{}", [secret])
    assert new == {
        **NEW,
        "id": new["id"],
        "all_agents": False,
        "enabled": True,
        "disabled": None,
        "previous_until": None,
        "made_by": "owner",
        "made_at": new["made_at"],
    }
    seen = [await owner.get("/webhooks"), await owner.get(f"/webhooks/{new['id']}")]
    assert seen[0].json() == {"webhooks": [new]} and seen[1].json() == new
    assert all(secret not in each.text for each in seen)
    row = await Webhook.objects.aget()
    assert secret.removeprefix("whsec_") not in row.secret, "it is sealed"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Has Spaces"}, "name"),
        ({"name": None}, "name"),
        ({"url": "ftp://crm.example/"}, "url"),
        ({"url": "http://crm.example/"}, "url"),
        ({"url": "https://ann:secret@crm.example/"}, "url"),
        ({"url": "https://crm.example/#part"}, "url"),
        ({"url": "https://crm.example:99999/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://crm.example/" + "x" * 500}, "url"),
        ({"events": []}, "events"),
        ({"events": ["session.started", "nothing"]}, "events"),
        ({"all_agents": "yes"}, "all_agents"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
async def test_what_is_wrong_is_told_by_field(
    owner: httpx.AsyncClient, wrong: dict[str, Any], field: str
):
    answer = await owner.post("/webhooks", json={**NEW, **wrong})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    if field not in ("name", "secret"):
        new = await made(owner)
        answer = await owner.patch(f"/webhooks/{new['id']}", json=wrong)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_http_is_for_hosts_that_an_owner_has_allowed(owner: httpx.AsyncClient):
    url = "http://n8n:5678/webhook/voice"
    assert (await owner.post("/webhooks", json={**NEW, "url": url})).status_code == 400
    await later(hosts.allow)("n8n", 5678, "root")
    assert (await made(owner, url=url))["url"] == url
    answer = await owner.post("/webhooks", json={**NEW, "name": "b", "url": "http://n8n/"})
    assert answer.json()["errors"] == {
        "url": ["Use https; http is for hosts that an owner has allowed."]
    }


async def test_names_are_taken_once_and_there_are_32_at_most(owner: httpx.AsyncClient):
    await made(owner)
    taken = await owner.post("/webhooks", json=NEW)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    for number in range(31):
        await made(owner, name=f"n{number}")
    answer = await owner.post("/webhooks", json={**NEW, "name": "more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


async def test_it_is_changed_switched_off_and_deleted(owner: httpx.AsyncClient):
    path = f"/webhooks/{(await made(owner))['id']}"
    changed = await owner.patch(path, json={"all_agents": True, "enabled": False})
    assert changed.json()["all_agents"] is True and changed.json()["disabled"] == "operator"
    assert changed.json()["url"] == NEW["url"]
    off = await owner.post(f"{path}/test")
    assert (off.status_code, off.json()["code"]) == (409, "webhook_disabled")
    assert (await owner.patch(path, json={"enabled": True})).json()["enabled"] is True
    assert (await owner.patch(path, json={})).status_code == 400
    assert (await owner.post(f"{path}/test")).status_code == 202
    assert (await owner.delete(path)).status_code == 204
    assert await Delivery.objects.acount() == 0
    assert (await owner.get(path)).status_code == 404


async def test_a_new_secret_is_shown_once_and_the_old_one_ends(owner: httpx.AsyncClient):
    new = await made(owner)
    path = f"/webhooks/{new['id']}/secret"
    rotated = (await owner.post(path, json={"keep_hours": 1})).json()
    assert rotated["secret"] not in (new["secret"], "") and rotated["previous_until"]
    assert (await owner.post(path, json={"keep_hours": 0})).json()["previous_until"] is None
    for wrong in ({"keep_hours": 169}, {"keep_hours": "1"}, {"days": 1}):
        assert (await owner.post(path, json=wrong)).status_code == 400


async def test_deliveries_are_paged_and_sent_again(owner: httpx.AsyncClient):
    new = await made(owner, all_agents=True)
    for number in range(3):
        await later(end)(await later(started)(room=f"r{number}"))
    path = f"/webhooks/{new['id']}/deliveries"
    first = (await owner.get(path, params={"limit": 2})).json()
    rest = (await owner.get(path, params={"limit": 2, "before": first["next"]})).json()
    found = first["deliveries"] + rest["deliveries"]
    assert rest["next"] is None and len({each["id"] for each in found}) == 3
    assert {each["state"] for each in found} == {"pending"} and found[0]["session_id"]
    newest = found[0]["id"]
    await later(Delivery.objects.filter(message_id=newest).update)(
        next_at=None, abandoned_at=found[0]["happened_at"], reason="timeout"
    )
    seen = (await owner.get(path)).json()["deliveries"][0]
    assert (seen["id"], seen["state"], seen["reason"]) == (newest, "abandoned", "timeout")
    again = await owner.post(f"{path}/{newest}")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert again.json()["id"] == newest
    other = await made(owner, name="other")
    assert (await owner.post(f"/webhooks/{other['id']}/deliveries/{newest}")).status_code == 404


async def test_each_change_is_in_the_audit_without_secrets(owner: httpx.AsyncClient):
    new = await made(owner, url="https://crm.example/hooks/t0ken")
    path = f"/webhooks/{new['id']}"
    await owner.patch(path, json={"events": ["agent.failed"]})
    secret = (await owner.post(f"{path}/secret", json={})).json()["secret"]
    sent = (await owner.post(f"{path}/test")).json()
    await owner.post(f"{path}/deliveries/{sent['id']}")
    await owner.delete(path)
    entries = [each async for each in AuditEntry.objects.filter(action__startswith="webhook")]
    assert [each.action for each in sorted(entries, key=lambda each: each.id)] == [
        *("webhook.made", "webhook.changed", "webhook.secret_rotated"),
        *("webhook.tested", "webhook.sent_again", "webhook.deleted"),
    ]
    assert {each.subject for each in entries} == {"crm"} and {each.by for each in entries} == {
        "owner"
    }
    told = json.dumps([each.facts for each in entries])
    assert "t0ken" not in told and secret not in told and new["secret"] not in told


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_others_reach_nothing_but_the_names(
    people: dict[str, httpx.AsyncClient],
    alice: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    browser: Any,
    method: str,
    path: str,
):
    new = await made(people["owner"])
    sent = (await people["owner"].post(f"/webhooks/{new['id']}/test")).json()
    path = path.format(id=new["id"], message=sent["id"])
    _key, secret = await later(keys.make)("shop", ["agents", "read"], None, "root")  # type: ignore[arg-type]
    program = browser(None)
    program.headers["Authorization"] = f"Bearer {secret}"
    unknown = (await stranger.request(method, NOWHERE + "/x/y/z")).json()["code"]
    for client in (alice, stranger, program):
        answer = await client.request(method, path, json=NEW)
        assert (answer.status_code, answer.json()["code"]) == (404, unknown)
    for role in ("editor", "viewer"):
        answer = await people[role].request(method, path, json=NEW)
        if (method, path) == ("GET", "/webhooks"):
            (shown,) = answer.json()["webhooks"]
            assert set(shown) == {"id", "name", "events", "all_agents", "enabled", "disabled"}
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert await Webhook.objects.acount() == 1


async def test_an_agent_names_its_webhooks_also_before_they_are_made(owner: httpx.AsyncClient):
    await later(saving.create)("bistro", {"name": "Bistro"}, "root")
    match = {"If-Match": '"1"'}
    wrong: list[Any] = [["Not A Name"], [f"w{number}" for number in range(11)], "crm"]
    for names in wrong:
        answer = await owner.patch("/agents/bistro", json={"webhooks": names}, headers=match)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["webhooks"])
    names = ["crm", "later", "crm"]
    saved = await owner.patch("/agents/bistro", json={"webhooks": names}, headers=match)
    assert saved.json()["webhooks"] == ["crm", "later"]
    export = (await owner.get("/agents/bistro/export")).text
    assert "webhooks:\n- crm\n- later\n" in export
