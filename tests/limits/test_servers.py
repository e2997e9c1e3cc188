"""What both servers refuse, over real connections."""

from __future__ import annotations

import socket

import pytest
from support.crowds import Program

SINGLE = [
    "Host: 127.0.0.1",
    "Authorization: Bearer a",
    "Origin: http://a.test",
    "Referer: http://a",
]
HANDSHAKE = (
    "GET /ws/transcript/abc HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


def answered(port: int, request: str) -> str:
    """The status line and all that follows within the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(request.encode("latin-1"))
        found = b""
        while data := client.recv(65_536):
            found += data
        return found.decode("latin-1")


def status(port: int, request: str) -> int:
    return int(answered(port, request).split()[1])


@pytest.mark.parametrize("server", ["site", "backend"])
def test_a_header_that_decides_something_is_there_once(request: pytest.FixtureRequest, server: str):
    program: Program = request.getfixturevalue(server)
    path = {"site": "/chat", "backend": "/health"}[server]
    start = f"GET {path} HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1\r\n"
    assert status(program.port, start + "\r\n") == 200
    for header in SINGLE:
        twice = start + f"{header}\r\n" + (f"{header}\r\n" if "Host" not in header else "") + "\r\n"
        found = answered(program.port, twice)
        assert found.split()[1] == "400" and "application/problem+json" in found, header
    other = start + "Host: evil.example\r\n\r\n"
    assert status(program.port, other) == 400
    assert status(program.port, other.replace("Host: 127.0.0.1", "host: evil.example")) == 400
    assert status(program.port, start + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na") == 400
    assert status(program.port, start + "Cookie: a=1\r\nCookie: b=1\r\n\r\n") == 200


@pytest.mark.parametrize(
    "extra",
    ["X: " + "a" * 9000 + "\r\n", "X: a\r\n" * 140, "Transfer-Encoding: chunked\r\n"],
)
def test_every_handshake_is_answered(backend: Program, extra: str):
    assert status(backend.port, HANDSHAKE + extra + "\r\n") >= 400
    assert answered(backend.port, HANDSHAKE.replace("GET", "POST") + "\r\n")


def test_the_site_answers_what_is_odd(site: Program):
    start = "GET /chat?q={} HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1\r\n{}\r\n"
    assert status(site.port, start.format("\xff", "")) == 400
    assert status(site.port, start.format("%ff", "X_Forwarded_Proto: https\r\n")) == 200
    upgrade = start.replace("close", "Upgrade, close").format("", "Upgrade: websocket\r\n")
    assert status(site.port, upgrade) == 400
    post = (
        "POST /visitor-token HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Origin: http://127.0.0.1\r\n{}\r\n"
    )
    assert status(site.port, post.format("Content-Length: 70000\r\n")) == 413
    agents = post.replace("/visitor-token", "/console/agents/x")
    assert status(site.port, agents.format("Content-Length: 600000\r\n")) == 413
    chunked = post.format("Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n"
    assert status(site.port, chunked) == 200
