"""What every request passes before Django: doubled headers, forwarded addresses, shares."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from serving.edge import Edge, Share, WholeBody
from support.waiting import until_async


async def tell_client(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the client's address and scheme as Django would be told."""
    said = f"{scope['client'][0]} {scope['scheme']}".encode()
    headers = [(b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


def client(app: Any, peer: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(peer, 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://backend.test")


@pytest.mark.parametrize("name", ["Host", "Authorization", "Origin", "Content-Type", "Referer"])
async def test_a_header_that_decides_something_is_there_once(alice: httpx.AsyncClient, name: str):
    value = "backend.test" if name == "Host" else "a"
    answer = await alice.get("/health", headers=[(name, value), (name.lower(), value)])
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "repeated_header"
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


async def test_a_listed_proxy_says_who_asks_and_how(settings: Any):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    hops = {"X-Forwarded-For": "1.2.3.4, 203.0.113.9, 10.0.0.7", "X-Forwarded-Proto": "https"}
    listed, other = client(Edge(tell_client), "10.0.0.1"), client(Edge(tell_client), "192.0.2.1")
    assert (await listed.get("/", headers=hops)).text == "203.0.113.9 https"
    assert (await listed.get("/")).text == "10.0.0.1 http"
    assert (await other.get("/", headers=hops)).text == "192.0.2.1 http"


async def test_a_proxy_that_is_not_listed_is_told_once(
    settings: Any, caplog: pytest.LogCaptureFixture
):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    app = Edge(tell_client)
    for peer in ("10.0.0.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"):
        await client(app, peer).get("/", headers={"X-Forwarded-For": "203.0.113.9"})
    lines = [line for line in caplog.messages if "TRUSTED_PROXIES" in line]
    assert len(lines) == 1 and "192.0.2.1" in lines[0]


async def test_each_address_has_its_share_of_the_requests_in_flight(settings: Any):
    settings.REQUESTS_AT_ONCE = 2
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    gate, begun = asyncio.Event(), []

    async def held(scope: Any, receive: Any, send: Any) -> None:
        begun.append(scope["client"][0])
        await gate.wait()
        await tell_client(scope, receive, send)

    app = Edge(WholeBody(Share(held)))
    crowd = [asyncio.create_task(client(app, "203.0.113.1").get("/")) for _ in range(80)]
    own = [asyncio.create_task(client(app, "10.0.0.1").get("/")) for _ in range(5)]
    honest = asyncio.create_task(client(app, "203.0.113.2").get("/"))
    await until_async(lambda: len(begun) == 8, what="two of the crowd, all others")
    await until_async(lambda: sum(task.done() for task in crowd) == 78, what="the rest is refused")
    gate.set()
    answers = [await task for task in crowd]
    assert [answer.status_code for answer in answers].count(200) == 2
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Retry-After"] == "1"
    assert refused.json()["code"] == "too_many_requests"
    assert {(await task).status_code for task in [honest, *own]} == {200}
