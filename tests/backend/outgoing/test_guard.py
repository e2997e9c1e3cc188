"""No request reaches a private address that an owner has not allowed, by whatever way."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2 as httpx
import pytest
from asgiref.sync import sync_to_async
from config.proxies import Proxies
from config.secret import Secret
from outgoing import guard, hosts
from outgoing.addresses import is_public
from outgoing.client import client
from outgoing.guard import PrivateAddress
from outgoing.reading import TooLong, read_at_most
from support.limits import in_time
from support.networks.named_servers import OK, Names, Server

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1
192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::808:808 100::1
2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:c0a8:101:: 3fff::1
5f00::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1
ff02::1 4000::1 name
"""
PUBLIC = "8.8.8.8 1.1.1.1 172.32.0.1 2606:4700::1111 2a00:1450::1 64:ff9b::808:808 2002:808:808::1"


@pytest.fixture
async def allowed(record: None) -> Any:
    """Allows hosts as an owner does."""

    async def allow(host: str, port: int = 0) -> str:
        return (await sync_to_async(hosts.allow)(host, port, "owner")).id

    return allow


async def body(url: str, **options: Any) -> bytes:
    async with client(seconds=5) as http, http.stream("GET", url, **options) as answer:
        return await read_at_most(answer, 1000)


@pytest.mark.parametrize("address", PRIVATE.split())
def test_no_special_address_counts_as_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001"),
        *("127.1", "localhost", "LOCALHOST", "169.254.169.254"),
    ],
)
async def test_every_form_of_a_private_address_is_refused(
    host: str, server: Server, record: None
) -> None:
    with pytest.raises(PrivateAddress):
        await body(f"http://{host}:{server.port}/")
    assert server.heads == []


@pytest.mark.parametrize("host", ["0177.0.0.1", "0x7f.1", "127.0.1", "2130706433"])
async def test_what_the_system_takes_for_a_private_address_is_one(host: str, record: None) -> None:
    with pytest.raises(PrivateAddress):
        await guard.checked(host, 80, hosts.is_allowed)


async def test_a_host_with_any_private_address_is_refused(names: Names, record: None) -> None:
    for answer in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"]):
        names.known["mixed.example"] = [answer]
        with pytest.raises(PrivateAddress) as refused:
            await body("http://mixed.example/")
        assert refused.value.host == "mixed.example"


async def test_what_is_connected_to_is_what_was_checked(
    names: Names, server: Server, record: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that says public first and private then gets nobody anywhere."""
    connected = []

    async def connect(_self: Any, host: str, *_args: Any, **_kwargs: Any) -> Any:
        connected.append(host)
        raise httpx.ConnectError("not in a test")

    names.known["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    monkeypatch.setattr(guard.httpcore2.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(httpx.ConnectError):
        await body(f"http://rebinding.example:{server.port}/")
    assert connected == ["93.184.216.34"] and names.asked == ["rebinding.example"]
    monkeypatch.undo()
    monkeypatch.setattr(guard, "resolved", names.resolved)
    with pytest.raises(PrivateAddress):
        await body(f"http://rebinding.example:{server.port}/")
    assert server.heads == []


async def test_an_owner_allows_a_host_and_takes_that_back(
    names: Names, server: Server, allowed: Any
) -> None:
    names.known["inside.example"] = [["127.0.0.1"]]
    url = f"http://inside.example:{server.port}/"
    host_id = await allowed("inside.example", server.port)
    assert await body(url) == b"hello"
    assert f"host: inside.example:{server.port}" in server.heads[0].lower()
    with pytest.raises(PrivateAddress):
        await body("http://inside.example/")  # another port
    await sync_to_async(hosts.disallow)(host_id, "owner")
    with pytest.raises(PrivateAddress):
        await body(url)


async def test_each_redirect_is_guarded(names: Names, server: Server, allowed: Any) -> None:
    await allowed("first.example")
    names.known = {"first.example": [["127.0.0.1"]], "second.example": [["127.0.0.1"]]}
    server.redirects("/away", f"http://second.example:{server.port}/")
    server.redirects("/near", "/")
    server.redirects("/round", "/round")
    server.redirects("/file", "file:///etc/passwd")
    site = f"http://first.example:{server.port}"
    with pytest.raises(PrivateAddress) as refused:
        await body(f"{site}/away")
    assert refused.value.host == "second.example" and len(server.heads) == 1
    assert await body(f"{site}/near", headers={"X-Key": "mine"}) == b"hello"
    assert "x-key: mine" in server.heads[-1].lower()
    with pytest.raises(httpx.TooManyRedirects):
        await body(f"{site}/round")
    with pytest.raises(httpx.UnsupportedProtocol):
        await body(f"{site}/file")


async def test_no_secret_goes_along_to_another_host(
    names: Names, server: Server, allowed: Any
) -> None:
    await allowed("first.example")
    await allowed("second.example")
    names.known = {"first.example": [["127.0.0.1"]], "second.example": [["127.0.0.1"]]}
    site, elsewhere = (f"http://{host}:{server.port}" for host in names.known)
    server.redirects("/away", f"{elsewhere}/", 307)
    headers = {"Authorization": "Bearer canary", "X-Key": "canary", "Cookie": "canary=1"}
    assert await body(f"{site}/away", headers=headers) == b"hello"
    assert "canary" in server.heads[0] and "canary" not in server.heads[1]
    async with client(seconds=5) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(f"{site}/away", content="canary")
    async with client(seconds=5, redirects=0) as http:
        assert (await http.post(f"{site}/away", content="canary")).status_code == 307


async def test_no_secret_goes_along_to_another_port(
    names: Names, server: Server, allowed: Any
) -> None:
    await allowed("first.example")
    names.known = {"first.example": [["127.0.0.1"]]}
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(OK)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        server.redirects("/away", f"http://first.example:{port}/", 307)
        site = f"http://first.example:{server.port}"
        assert await body(f"{site}/away", headers={"X-Key": "canary"}) == b"hello"
        assert "canary" in server.heads[0] and "canary" not in heads[0]
        async with client(seconds=5) as http:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.post(f"{site}/away", content="canary")


async def test_no_cookie_is_kept(names: Names, server: Server, allowed: Any) -> None:
    await allowed("first.example")
    names.known = {"first.example": [["127.0.0.1"]]}
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=canary; Path=/\r\nContent-Length: 0\r\n\r\n"
    server.answers["/"] = head
    async with client(seconds=5) as http:
        for _time in range(2):
            await http.get(f"http://first.example:{server.port}/")
    assert len(server.heads) == 2 and "canary" not in server.heads[1]


async def test_an_answer_has_a_length_and_a_time(
    names: Names, server: Server, allowed: Any
) -> None:
    await allowed("first.example")
    names.known = {"first.example": [["127.0.0.1"]]}
    url = f"http://first.example:{server.port}/"
    async with client(seconds=5) as http, http.stream("GET", url) as answer:
        with pytest.raises(TooLong):
            await read_at_most(answer, 4)
    server.answers["/"] = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"
    with pytest.raises(httpx.DecodingError):
        await body(url)
    server.answers["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 999
    server.pause = 0.02
    began = asyncio.get_running_loop().time()
    with pytest.raises(httpx.ReadTimeout):
        async with client(seconds=1.5) as http, http.stream("GET", url) as answer:
            await read_at_most(answer, 1000)
    assert in_time(asyncio.get_running_loop().time() - began, 3.0)


async def test_behind_a_proxy_the_name_is_checked_first(
    names: Names, server: Server, record: None, settings: Any
) -> None:
    settings.PROXIES = Proxies(every=Secret(f"http://127.0.0.1:{server.port}"))
    names.known = {"public.example": [["8.8.8.8"]], "inside.example": [["10.0.0.1"]]}
    server.answers["http://public.example/"] = server.answers["http://unknown.example/"] = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy"
    )
    assert await body("http://public.example/") == b"proxy"
    assert await body("http://unknown.example/") == b"proxy", "only the proxy knows it"
    of_networks = ("intranet", "tools.lan", "metadata.google.internal", "db.internal.")
    for host in ("inside.example", *of_networks):
        with pytest.raises(PrivateAddress):
            await body(f"http://{host}/")
    assert len(server.heads) == 2
