"""What one address may take: seats, starts a minute, requests a minute. Proxies say whose it is."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from fakes.runtime import FakeRuntime
from fakes.visitors import visitor_token
from voice_sessions.models import Session

PROXY = "10.0.0.9"
HERE, NEXT_DOOR, ELSEWHERE = "203.0.113.7", "203.0.113.8", "198.51.100.1"
_visitors = itertools.count(1)
At = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def at(
    application: Any, runtime: FakeRuntime, record: None, settings: Any
) -> AsyncIterator[At]:
    """Makes clients, each another visitor, whose proxy says that they are at some address."""
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    cache.clear()
    clients: list[httpx.AsyncClient] = []

    def client(address: str = "", peer: str = PROXY) -> httpx.AsyncClient:
        token = visitor_token(f"visitor-{next(_visitors)}")
        headers = {"Authorization": f"Bearer {token}"}
        if address:
            headers["X-Forwarded-For"] = address
        transport = httpx.ASGITransport(app=application, client=(peer, 5000))
        clients.append(
            httpx.AsyncClient(transport=transport, base_url="http://backend.test", headers=headers)
        )
        return clients[-1]

    yield client
    for opened in clients:
        await opened.aclose()


async def start(client: httpx.AsyncClient, room: str = "kitchen") -> httpx.Response:
    return await client.post("/session", json={"room": room, "identity": "ann"})


async def test_one_address_has_so_many_sessions_and_others_have_theirs(at: At, settings: Any):
    settings.MAX_SESSIONS_PER_ADDRESS = 2
    mine = [at(HERE) for _ in range(3)]
    answers = [await start(client) for client in mine]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].json()["code"] == "too_many_sessions"
    assert "end one" not in answers[-1].json()["detail"]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert [(await start(at(address))).status_code for address in (NEXT_DOOR, ELSEWHERE)] == [
        201,
        201,
    ]


async def test_who_has_a_session_finds_it_whatever_else_their_address_has(at: At, settings: Any):
    settings.MAX_SESSIONS_PER_ADDRESS = 1
    client = at(HERE)
    assert (await start(client)).status_code == 201
    assert (await start(client)).status_code == 200


async def test_a_session_that_is_over_makes_room(at: At, settings: Any):
    settings.MAX_SESSIONS_PER_ADDRESS = 1
    first, second = at(HERE), at(HERE)
    session_id = (await start(first)).json()["session_id"]
    assert (await start(second)).status_code == 429
    await first.delete(f"/session/{session_id}")
    assert (await start(second)).status_code == 201


SAME = [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
    ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    (HERE, f"::ffff:{HERE}", True),
    (HERE, f"{ELSEWHERE}, {HERE}", True),
    (HERE, f"{HERE}, 10.1.1.1", True),
    (HERE, NEXT_DOOR, False),
]


@pytest.mark.parametrize(("one", "other", "is_same"), SAME)
async def test_which_addresses_are_one(at: At, settings: Any, one: str, other: str, is_same: bool):
    settings.MAX_SESSIONS_PER_ADDRESS = 1
    assert (await start(at(one))).status_code == 201
    assert (await start(at(other))).status_code == (429 if is_same else 201)


async def test_who_is_no_listed_proxy_cannot_choose_an_address(at: At, settings: Any):
    settings.MAX_SESSIONS_PER_ADDRESS = 1
    answers = [await start(at(address, peer=HERE)) for address in (NEXT_DOOR, ELSEWHERE)]
    assert [answer.status_code for answer in answers] == [201, 429]


async def test_a_proxy_of_the_house_itself_is_not_limited(at: At, settings: Any):
    settings.MAX_SESSIONS_PER_ADDRESS = settings.STARTS_PER_MINUTE = 1
    settings.REQUESTS_PER_MINUTE = 1
    answers = [await start(at()) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [201] * 6
    assert not await Session.objects.exclude(address="").aexists()


async def test_the_record_keeps_no_address(at: At):
    for address in (HERE, NEXT_DOOR):
        await start(at(address))
    kept = {session.address async for session in Session.objects.all()}
    assert len(kept) == 2
    assert all(len(tag) == 32 and int(tag, 16) for tag in kept)


async def test_one_address_starts_so_many_sessions_a_minute(at: At, settings: Any):
    settings.STARTS_PER_MINUTE = 3
    answers = [await start(at(HERE)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert (await start(at(ELSEWHERE))).status_code == 201
    token = await at(HERE).get("/token", params={"room": "kitchen", "identity": "ann"})
    assert token.status_code == 200


async def test_a_network_of_ipv6_asks_as_one(at: At, settings: Any):
    settings.REQUESTS_PER_MINUTE = 1
    clients = [at(f"2001:db8:7:7::{number:x}") for number in range(1, 6)]
    params = {"room": "kitchen", "identity": "ann"}
    answers = [await client.get("/token", params=params) for client in clients]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]


async def test_a_crowd_makes_no_limit_forgotten_and_memory_no_larger(at: At, settings: Any):
    settings.STARTS_PER_MINUTE = 1
    assert (await start(at(HERE))).status_code == 201
    for number in range(5_000):
        cache.set(f"rate:visitor:{number}", [0.0], 60)
    assert (await start(at(HERE))).status_code == 429
    for number in range(10_500):
        cache.set(f"rate:address:{number}", [0.0], 60)
    assert len(cache._cache) <= 10_000  # type: ignore[attr-defined]
    cache.clear()
