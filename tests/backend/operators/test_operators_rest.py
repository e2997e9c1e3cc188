"""Operators by REST: links that invite, passes that end, roles, and the audit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from fakes.visitors import ALICE, visitor_token
from operators.models import AuditEntry, Invitation, Operator, SignIn

PASSWORD = "a long word of 2026"
NEW = "another long word of 2026"
Client = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def console(
    application: Any, runtime: Any, record: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """Makes clients as the site's server has them: one for each person, by their pass."""
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1000)
    clients: list[httpx.AsyncClient] = []

    def client(token: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=application, client=("203.0.113.7", 5000))
        headers = {"Authorization": f"Bearer {token}"}
        clients.append(
            httpx.AsyncClient(transport=transport, base_url="http://backend.test", headers=headers)
        )
        return clients[-1]

    yield client
    for opened in clients:
        await opened.aclose()
    await AccessAttempt.objects.all().adelete()
    await User.objects.all().adelete()


def site(console: Client, address: str = "198.51.100.7") -> httpx.AsyncClient:
    """The site's server, which asks for somebody at that address."""
    return console(visitor_token(ALICE, address=address))


@sync_to_async
def link(*arguments: str) -> str:
    """The secret of a link that the command prints."""
    out = StringIO()
    call_command("operatorlink", *arguments, "--site=https://agent.example/", stdout=out)
    address, _, secret = out.getvalue().strip().partition("#")
    assert address == "https://agent.example/console/join"
    return secret


async def joined(console: Client, name: str, *role: str) -> httpx.AsyncClient:
    body = {"link": await link(*role), "username": name, "password": PASSWORD}
    answer = await site(console).post("/operators/join", json=body)
    assert answer.status_code == 201, answer.text
    return console(answer.json()["token"])


async def sign_in(
    console: Client, name: str, password: str = PASSWORD, address: str = "198.51.100.7"
) -> httpx.Response:
    body = {"username": name, "password": password}
    return await site(console, address).post("/operators/sign-in", json=body)


async def test_a_link_makes_one_operator_once_and_within_an_hour(console: Client):
    secret = await link()
    kept = await Invitation.objects.aget()
    assert secret not in kept.token_hash and len(kept.token_hash) == 64
    body = {"link": secret, "username": "ada", "password": PASSWORD}
    both = [site(console).post("/operators/join", json={**body, "username": n}) for n in "ab"]
    first, second = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (201, 404)
    assert second.json()["code"] == "link_used"
    owner = console(first.json()["token"])
    assert (await owner.get("/operators/me")).json()["role"] == "owner"
    assert await Operator.objects.acount() == await User.objects.acount() == 1
    late = await link()
    await Invitation.objects.aupdate(expires_at=timezone.now() - timedelta(seconds=1))
    answer = await site(console).post("/operators/join", json={**body, "link": late})
    assert answer.json()["code"] == "link_used"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"password": "short"}, "invalid", "password"),
        ({"password": "1234567890123"}, "invalid", "password"),
        ({"password": "margarete1"}, "invalid", "password"),
        ({"username": "a b"}, "invalid", "username"),
        ({"username": ""}, "invalid", "username"),
        ({"username": "taken"}, "name_taken", "username"),
        ({"link": "val_" + "x" * 43}, "link_used", ""),
        ({"link": ""}, "invalid", "link"),
    ],
)
async def test_a_wrong_word_does_not_use_the_link_up(
    console: Client, changes: dict[str, str], code: str, field: str
):
    await User.objects.acreate(username="taken")
    body = {"link": await link(), "username": "margarete", "password": PASSWORD}
    wrong = await site(console).post("/operators/join", json={**body, **changes})
    assert wrong.json()["code"] == code and list(wrong.json().get("errors", {"": ""})) == [field]
    assert (await site(console).post("/operators/join", json=body)).status_code == 201


async def test_signing_in_needs_the_password_and_few_tries(console: Client):
    await joined(console, "ada")
    assert (await sign_in(console, "ada")).status_code == 200
    for _ in range(4):
        wrong = await sign_in(console, "ada", "no", address="198.51.100.8")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_password")
    unknown = await sign_in(console, "nobody", "no", address="198.51.100.9")
    assert unknown.json()["code"] == "wrong_password"
    await sign_in(console, "ada", "no", address="198.51.100.8")
    locked = await sign_in(console, "ada", address="198.51.100.8")
    assert (locked.status_code, locked.json()["code"]) == (429, "too_many_logins")
    elsewhere = await sign_in(console, "ben", "no", address="198.51.100.10")
    assert elsewhere.status_code == 401, "others who come through the same site are not locked out"


async def test_a_browser_cannot_say_where_it_is(console: Client, application: Any):
    forged = console(visitor_token(ALICE, secret="x" * 32, address="198.51.100.7"))
    body = {"username": "ada", "password": PASSWORD}
    assert (await forged.post("/operators/sign-in", json=body)).status_code == 401


async def test_a_pass_ends_when_it_is_signed_out_and_when_its_time_is_over(console: Client):
    await joined(console, "ada")
    here, there = [console((await sign_in(console, "ada")).json()["token"]) for _ in range(2)]
    assert (await here.delete("/operators/me/sign-in")).status_code == 204
    assert (await here.get("/operators/me")).status_code == 404
    assert (await there.get("/operators/me")).status_code == 200
    await SignIn.objects.aupdate(seen_at=timezone.now() - timedelta(hours=1))
    before = await SignIn.objects.alatest("id")
    assert (await there.get("/operators/me")).status_code == 200
    renewed = await SignIn.objects.aget(id=before.id)
    assert renewed.expires_at > before.expires_at, "whoever does something stays"
    old = timezone.now() - timedelta(days=14)
    await SignIn.objects.aupdate(made_at=old, seen_at=old)
    await there.get("/operators/me")
    assert (await there.get("/operators/me")).status_code == 404, "for two weeks at most"


async def test_signing_out_everywhere_and_another_password_end_all_passes(console: Client):
    first = await joined(console, "ada")
    second = console((await sign_in(console, "ada")).json()["token"])
    assert (await first.delete("/operators/me/sign-in?everywhere=true")).status_code == 204
    assert [(await each.get("/operators/me")).status_code for each in (first, second)] == [404, 404]
    third = console((await sign_in(console, "ada")).json()["token"])
    wrong = await third.post("/operators/me/password", json={"old": "no", "new": NEW})
    assert list(wrong.json()["errors"]) == ["old"]
    weak = await third.post("/operators/me/password", json={"old": PASSWORD, "new": "ada"})
    assert list(weak.json()["errors"]) == ["new"]
    changed = await third.post("/operators/me/password", json={"old": PASSWORD, "new": NEW})
    fourth = console(changed.json()["token"])
    assert [(await each.get("/operators/me")).status_code for each in (third, fourth)] == [404, 200]
    assert (await sign_in(console, "ada")).status_code == 401
    assert (await sign_in(console, "ada", NEW)).status_code == 200


CALLS = {
    "owner": [("GET", "/operators"), ("POST", "/operators"), ("GET", "/audit")],
    "editor": [("POST", "/agents"), ("PATCH", "/agents/a"), ("DELETE", "/agents/a")],
    "viewer": [("GET", "/agents/a/revisions"), ("GET", "/agents/a/export")],
}
ALLOWED = {"owner": {"owner", "editor", "viewer"}, "editor": {"editor", "viewer"}}


async def test_each_role_may_do_its_own_and_what_lesser_ones_may(console: Client):
    people = {
        "owner": await joined(console, "ada"),
        "editor": await joined(console, "ed", "--role=editor"),
        "viewer": await joined(console, "vi", "--role=viewer"),
    }
    for role, client in people.items():
        for of, calls in CALLS.items():
            for method, path in calls:
                answer = await client.request(method, path, json={"role": "no one"})
                is_allowed = of in ALLOWED.get(role, {"viewer"})
                assert (answer.status_code == 403) != is_allowed, (role, method, path)
    stranger = site(console)
    for method, path in (call for calls in CALLS.values() for call in calls):
        answer = await stranger.request(method, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_an_owner_names_another_server(console: Client):
    owner = await joined(console, "ada")
    editor = await joined(console, "ed", "--role=editor")
    inside = {"llm": {"base_url": "http://169.254.169.254/v1", "model": "m"}}
    body = {"slug": "a", "name": "A", "services": inside}
    for answer in (
        await editor.post("/agents", json=body),
        await owner.post("/agents", json={"slug": "b", "name": "B"}),
        await editor.patch("/agents/b", json={"services": inside}, headers={"If-Match": '"1"'}),
    ):
        assert answer.status_code in (201, 403)
        if answer.status_code == 403:
            assert list(answer.json()["errors"]) == ["services"]
    assert (await owner.get("/agents/b")).json()["revision"] == 1
    assert (await owner.post("/agents", json=body)).status_code == 201
    changed = await editor.patch("/agents/a", json={"name": "C"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, "what an owner has named stays"


async def test_owners_invite_change_and_remove_but_one_owner_stays(console: Client):
    owner = await joined(console, "ada")
    me = (await owner.get("/operators/me")).json()
    for method, body in (("PATCH", {"role": "viewer"}), ("DELETE", None)):
        answer = await owner.request(method, f"/operators/{me['id']}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    invited = (await owner.post("/operators", json={"role": "editor"})).json()
    body = {"link": invited["link"], "username": "ed", "password": PASSWORD}
    other = (await site(console).post("/operators/join", json=body)).json()
    editor = console(other["token"])
    path = f"/operators/{other['operator']['id']}"
    assert (await owner.patch(path, json={"role": "owner"})).json()["role"] == "owner"
    assert (await User.objects.aget(username="ed")).is_superuser, "owners have /admin"
    assert (await editor.get("/audit")).status_code == 200
    assert (
        await editor.patch(f"/operators/{me['id']}", json={"role": "viewer"})
    ).status_code == 200
    assert not (await User.objects.aget(username="ada")).is_staff
    assert (await editor.delete(f"/operators/{me['id']}")).status_code == 204
    assert (await owner.get("/operators/me")).status_code == 404
    assert (await sign_in(console, "ada")).status_code == 401
    names = [each["username"] for each in (await editor.get("/operators")).json()["operators"]]
    assert names == ["ed"]


async def test_a_superuser_is_an_owner_and_one_who_is_none_any_more_is_not(console: Client):
    await sync_to_async(User.objects.create_superuser)("root", password=PASSWORD)
    root = console((await sign_in(console, "root")).json()["token"])
    assert (await root.get("/operators/me")).json()["role"] == "owner"
    await User.objects.filter(username="root").aupdate(is_superuser=False)
    assert (await root.get("/operators/me")).json()["role"] == "viewer"
    await User.objects.filter(username="root").aupdate(is_active=False)
    assert (await root.get("/operators/me")).status_code == 404
    await sync_to_async(User.objects.create_user)("plain", password=PASSWORD)
    assert (await sign_in(console, "plain")).status_code == 401, "no operator, so no console"


async def test_what_operators_change_is_in_the_audit_without_a_secret(console: Client):
    owner = await joined(console, "ada")
    agent = {"slug": "bistro", "name": "Bistro", "instructions": "a canary of words"}
    await owner.post("/agents", json=agent)
    await owner.patch("/agents/bistro", json={"name": "B"}, headers={"If-Match": '"1"'})
    await owner.post("/agents/bistro/revisions", json={"restore": 1}, headers={"If-Match": '"2"'})
    await owner.delete("/agents/bistro", headers={"If-Match": '"3"'})
    await owner.post("/operators", json={"role": "viewer"})
    page = (await owner.get("/audit?limit=3")).json()
    rest = (await owner.get(f"/audit?before={page['next']}")).json()
    told = [*page["entries"], *rest["entries"]]
    assert [(each["by"], each["action"], each["subject"]) for each in told] == [
        ("ada", "operator.invited", ""),
        ("ada", "agent.retired", "bistro"),
        ("ada", "agent.restored", "bistro"),
        ("ada", "agent.saved", "bistro"),
        ("ada", "agent.created", "bistro"),
        ("ada", "operator.joined", "ada"),
        ("command line", "operator.invited", ""),
    ]
    assert rest["next"] is None and told[2]["facts"] == {"revision": 3, "restored": 1}
    kept = str([vars(each) async for each in AuditEntry.objects.all()])
    assert "canary" not in kept and PASSWORD not in kept


async def test_a_name_is_one_in_whatever_form_it_is_typed(console: Client):
    await joined(console, "\uff41da\u0308")
    assert (await User.objects.aget()).username == "ad\u00e4"
    for form in ("ad\u00e4", "ada\u0308"):
        assert (await sign_in(console, form)).status_code == 200
    body = {"link": await link(), "username": "ada\u0308", "password": PASSWORD}
    taken = await site(console).post("/operators/join", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")


async def test_no_secret_is_in_the_log(console: Client, caplog: pytest.LogCaptureFixture):
    secret = await link()
    body = {"link": secret, "username": "ada", "password": PASSWORD}
    token = (await site(console).post("/operators/join", json=body)).json()["token"]
    await sign_in(console, "ada")
    await sign_in(console, "ada", "the wrong word of 2026")
    await console(token).get("/operators/me")
    for word in (secret, PASSWORD, "the wrong word of 2026", token):
        assert word not in caplog.text


async def test_the_first_link_is_for_whoever_comes_first(console: Client):
    assert await link("--first")
    await joined(console, "ada")
    out = StringIO()
    await sync_to_async(call_command)("operatorlink", "--first", stdout=out)
    assert out.getvalue() == ""


def test_the_command_asks_where_the_site_is(record: None, monkeypatch: pytest.MonkeyPatch):
    from django.core.management.base import CommandError

    monkeypatch.setattr(settings, "SITE_URL", "")
    with pytest.raises(CommandError, match="--site"):
        call_command("operatorlink")
    assert not Invitation.objects.exists()
