"""A thousand clients of one address that are idle or slow, and an honest person at another."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable

import psutil
import pytest
from support.crowds import CROWD, Crowd, Program, asked
from support.waiting import until_async

NORMAL_SECONDS = 3.0
"""For a whole page while this machine also plays the crowd; the crowds stay for minutes."""
PER_ADDRESS = 32
HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
BODY = "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n" + "a" * 5000
"""A proxy tells the server of a request when it has some 4 KiB of it."""
KINDS: dict[str, Callable[[str, int], bytes]] = {
    "idle": lambda path, port: b"",
    "slow head": lambda path, port: (HEAD.format(path=path, port=port) + "X-Slow: ").encode(),
    "slow body": lambda path, port: (HEAD.format(path=path, port=port) + BODY).encode(),
}
LONGER_THAN_DEADLINES = {"idle": 13.0, "slow head": 13.0, "slow body": 25.0}
"""Seconds: who brings no head is cut off after 10, who brings no body after 20."""
HONEST = {"site": "/chat", "backend": "/health"}
TARGETS = {"site": "/visitor-token", "backend": "/session"}


def connections(program: Program, remote: str) -> int:
    """How many connections from that address the program holds."""
    found = psutil.Process(program.process.pid).net_connections(kind="tcp")
    return sum(bool(one.raddr) and one.raddr.ip == remote for one in found)


@pytest.mark.parametrize("server", TARGETS)
def test_100_mb_of_headers_are_refused_before_they_fill_the_memory(
    request: pytest.FixtureRequest, server: str
):
    program: Program = request.getfixturevalue(server)
    process = psutil.Process(program.process.pid)
    before, sent, most = process.memory_info().rss, 0, 100_000_000
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{program.port}\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while sent < most:
                client.sendall(b"X-%08d: " % sent + b"a" * 65_536 + b"\r\n")
                sent += 65_550
        grown = process.memory_info().rss - before
    assert sent < most / 4
    assert grown < 20_000_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("server", TARGETS)
async def test_a_crowd_of_one_address_holds_up_nobody_else(
    request: pytest.FixtureRequest, server: str, kind: str
):
    program: Program = request.getfixturevalue(server)
    async with Crowd(program.port, KINDS[kind](TARGETS[server], program.port)):
        assert await asked(program.port, HONEST[server]) < NORMAL_SECONDS
        await until_async(
            lambda: connections(program, CROWD) <= PER_ADDRESS + 8, what="few of them are kept"
        )
        assert await asked(program.port, HONEST[server]) < NORMAL_SECONDS
    assert program.process.exit_code is None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_crowd_behind_the_proxy_holds_up_nobody_else(
    proxy: Program, site: Program, kind: str
):
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    head = KINDS[kind]("/visitor-token", proxy.port)
    async with Crowd(proxy.port, head, tls=tls):
        begun = time.monotonic()
        while time.monotonic() - begun < LONGER_THAN_DEADLINES[kind]:
            for path in ("/chat", "/health"):
                assert await asked(proxy.port, path, tls=tls) < NORMAL_SECONDS
            await asyncio.sleep(1)
    assert site.process.exit_code is None


async def test_who_reads_no_answer_holds_no_thread_of_the_site(site: Program):
    line = f"GET /static/js/voice-agent.js HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n"
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.bind((CROWD, 0))
            client.connect(("127.0.0.1", site.port))
            client.sendall(line.encode())
        assert await asked(site.port, "/chat") < NORMAL_SECONDS
        await until_async(
            lambda: connections(site, CROWD) <= PER_ADDRESS + 8, what="few of them are kept"
        )
