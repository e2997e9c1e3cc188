"""Signing in at /admin: who tries passwords is soon refused, and holds up nobody meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api import logins
from asgiref.sync import sync_to_async
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.utils import timezone

HASHER = PBKDF2PasswordHasher
LOGIN = "/admin/login/"
PASSWORD = "the right password of 2026"
LIMIT = 5
CSRF = "c" * 32
Guest = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def guest(
    application: Any, runtime: Any, record: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Guest]:
    """Makes HTTP clients that come from an address; passwords have Django's hash, a quick one."""
    settings.PASSWORD_HASHERS = [f"{HASHER.__module__}.{HASHER.__qualname__}"]
    monkeypatch.setattr(HASHER, "iterations", 1000)
    await sync_to_async(User.objects.create_superuser)("root", password=PASSWORD)
    clients: list[httpx.AsyncClient] = []

    def client(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=application, client=(address, 5000))
        clients.append(httpx.AsyncClient(transport=transport, base_url="https://backend.test"))
        return clients[-1]

    yield client
    for opened in clients:
        await opened.aclose()
    await AccessAttempt.objects.all().adelete()
    await User.objects.all().adelete()


async def sign_in(
    client: httpx.AsyncClient, password: str, username: str = "root", **headers: str
) -> httpx.Response:
    client.cookies.set(settings.CSRF_COOKIE_NAME, CSRF)
    form = {"username": username, "password": password, "csrfmiddlewaretoken": CSRF}
    referer = {"Referer": "https://backend.test/admin/login/", **headers}
    return await client.post(LOGIN, data=form, headers=referer)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many passwords were worked on, and how many at once at most."""
    counted = {"all": 0, "now": 0, "most": 0}
    encode = HASHER.encode

    def counting(*given: Any, **named: Any) -> str:
        counted["all"] += 1
        counted["now"] += 1
        counted["most"] = max(counted["most"], counted["now"])
        try:
            return encode(*given, **named)
        finally:
            counted["now"] -= 1

    monkeypatch.setattr(HASHER, "encode", counting)
    return counted


async def test_the_right_password_lets_in(guest: Guest):
    client = guest("198.51.100.1")
    answer = await sign_in(client, PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/profile/")
    assert (await client.get("/admin/")).status_code == 200


async def test_an_address_that_tries_too_often_is_refused_whatever_it_tries_next(
    guest: Guest, hashed: dict[str, int]
):
    client = guest("198.51.100.1")
    answers = [await sign_in(client, "wrong", f"name-{n}") for n in range(LIMIT)]
    assert [answer.status_code for answer in answers] == [200] * (LIMIT - 1) + [429]
    worked_on = hashed["all"]
    refused = await sign_in(client, PASSWORD)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_logins"
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "root" not in refused.text and "198.51" not in refused.text
    assert hashed["all"] == worked_on, "a try beyond the limit costs no hash"
    assert (await sign_in(guest("198.51.100.2"), PASSWORD)).status_code == 302


async def test_an_account_is_not_guessed_from_many_addresses(guest: Guest):
    for n in range(LIMIT):
        await sign_in(guest(f"198.51.100.{n}"), "wrong")
    assert (await sign_in(guest("198.51.100.99"), PASSWORD)).status_code == 429


async def test_a_household_of_ipv6_counts_as_one(guest: Guest):
    for n in range(LIMIT):
        await sign_in(guest(f"2001:db8::{n + 1:x}"), "wrong", f"name-{n}")
    assert (await sign_in(guest("2001:db8::ffff"), PASSWORD)).status_code == 429
    assert (await sign_in(guest("2001:db8:0:1::1"), PASSWORD)).status_code == 302


async def test_no_header_makes_another_address(guest: Guest):
    client = guest("198.51.100.1")
    for n in range(LIMIT):
        forged = {"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"203.0.113.{n}"}
        await sign_in(client, "wrong", f"name-{n}", **forged)
    answer = await sign_in(client, PASSWORD, **{"X-Forwarded-For": "203.0.113.77"})
    assert answer.status_code == 429


async def test_after_a_while_tries_are_forgotten_and_leave_nothing(guest: Guest, settings: Any):
    client = guest("198.51.100.1")
    for n in range(LIMIT + 3):
        await sign_in(client, "wrong", f"name-{n}")
    assert await AccessAttempt.objects.acount() == LIMIT
    await AccessAttempt.objects.aupdate(attempt_time=timezone.now() - timedelta(minutes=16))
    assert (await sign_in(client, PASSWORD)).status_code == 302
    assert await AccessAttempt.objects.acount() == 0
    assert await AccessLog.objects.acount() == 0


async def test_of_many_tries_at_once_few_are_worked_on_and_one_at_a_time(
    guest: Guest, hashed: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(HASHER, "iterations", 100_000)
    client = guest("198.51.100.1")
    answers = await asyncio.gather(*(sign_in(client, "wrong", f"name-{n}") for n in range(20)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * (LIMIT - 1) + [429] * (20 - LIMIT + 1)
    assert hashed["all"] == LIMIT
    assert hashed["most"] == 1


async def test_who_waits_too_long_behind_others_is_asked_to_come_back(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logins, "PATIENCE", 0.01)
    with logins._hashing:
        answer = await sign_in(guest("198.51.100.1"), PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) > 0


async def test_the_log_has_neither_names_nor_passwords(
    guest: Guest, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    client = guest("198.51.100.1")
    for _ in range(LIMIT + 1):
        await sign_in(client, "a-wrong-pass-word", "an-account-name")
    written = "".join(capfd.readouterr()) + caplog.text
    assert "login_refused" in written
    for secret in ("a-wrong-pass-word", "an-account-name", "198.51.100.1"):
        assert secret not in written
