"""What slow bytes do not prolong, with deadlines of a fraction of a second."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import uvicorn
from support.ports import free_port
from support.waiting import until_async

from http_limits.protocol import Deadlines, Limits, limited
from http_limits.waiting import Waiting

SOON = 0.5
EARLIEST = SOON * 0.8
"""A deadline begins when the server takes a connection, which may be before the client looks."""
LATE = 10.0
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n"
POURED = 20_000_000
PIECE = 1_000_000


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, then answers; at /much with more than any buffer holds."""
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
    if message["type"] == "http.disconnect":
        return
    body = b"a" * (POURED if scope["path"] in ("/much", "/pieces") else 2)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while scope["path"] == "/pieces" and len(body) > PIECE:
        await send({"type": "http.response.body", "body": body[:PIECE], "more_body": True})
        body = body[PIECE:]
    await send({"type": "http.response.body", "body": body})


class Served:
    """A server in the test's loop and what its connections share."""

    def __init__(self, **deadlines: float) -> None:
        self.waiting = Waiting(per_address=4, most=100)
        self.port = free_port()
        times = Deadlines(
            **{"head": 30.0, "body": 30.0, "answer": 30.0, "linger": 0.3, **deadlines}
        )
        self.server = uvicorn.Server(
            uvicorn.Config(
                answer,
                port=self.port,
                http=limited(Limits(self.waiting, deadlines=times)),
                ws="none",
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=1,
            )
        )

    def waits_for(self, count: int) -> bool:
        return len(self.waiting) == count

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def dripped(self, first: bytes, drip: bytes) -> tuple[bytes, float]:
        """All that is answered to `first` and then `drip` again and again, and the seconds."""
        reader, writer = await self.open()
        begun = time.monotonic()
        writer.write(first)
        reading = asyncio.create_task(reader.read())
        while not reading.done() and time.monotonic() - begun < LATE:
            writer.write(drip)
            await asyncio.wait({reading}, timeout=0.05)
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            return await reading, time.monotonic() - begun
        return b"", time.monotonic() - begun


@contextlib.asynccontextmanager
async def served(**deadlines: float) -> AsyncIterator[Served]:
    running = Served(**deadlines)
    serving = asyncio.create_task(running.server._serve())
    await until_async(lambda: running.server.started, what="the server starts")
    yield running
    running.server.should_exit = True
    await serving
    assert len(running.waiting) == 0


@pytest.mark.parametrize("first", [b"GET / HTTP/1.1\r\nX-Slow: ", GET + b"GET / HTTP/1.1\r\nX: "])
async def test_a_head_has_a_deadline(first: bytes):
    async with served(head=SOON) as running:
        answered, seconds = await running.dripped(first, b"a")
    assert b"HTTP/1.1 408" in answered
    assert EARLIEST <= seconds < LATE / 2


async def test_a_connection_that_says_nothing_is_closed():
    async with served(head=SOON) as running:
        answered, seconds = await running.dripped(b"", b"")
    assert answered == b"" and EARLIEST <= seconds < LATE / 2


async def test_blank_lines_prolong_nothing():
    async with served(head=SOON) as running:
        _, seconds = await running.dripped(b"\r\n", b"\r\n")
    assert EARLIEST <= seconds < LATE / 2


async def test_a_body_has_a_deadline():
    async with served(body=SOON) as running:
        answered, seconds = await running.dripped(POST, b"a")
    assert answered.startswith(b"HTTP/1.1 408") and b"too_slow" in answered
    assert EARLIEST <= seconds < LATE / 2


async def test_an_answer_that_nobody_takes_is_given_up():
    async with served(answer=SOON) as running:
        reader, writer = await running.open()
        writer.transport.pause_reading()
        writer.write(b"GET /much HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        await until_async(lambda: len(running.waiting), what="the server waits for the client")
        begun = time.monotonic()
        connections = running.server.server_state.connections
        await until_async(lambda: not connections, seconds=LATE, what="it is cut off")
        assert time.monotonic() - begun >= EARLIEST
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await reader.read()


async def test_a_long_answer_in_pieces_has_the_time_of_its_length():
    async with served(answer=SOON) as running:
        reader, writer = await running.open()
        writer.transport.pause_reading()
        writer.write(b"GET /pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        await until_async(lambda: len(running.waiting), what="the server waits for the client")
        await asyncio.sleep(2 * SOON)
        writer.transport.resume_reading()
        taken = 0
        while data := await reader.read(PIECE):
            taken += len(data)
        assert taken > POURED
        writer.close()


async def test_who_reads_slowly_gets_the_whole_answer_in_time():
    async with served(answer=20.0) as running:
        reader, writer = await running.open()
        writer.write(b"GET /much HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        taken = 0
        while data := await reader.read(1_000_000):
            taken += len(data)
            await asyncio.sleep(0)
        assert taken > POURED
        writer.close()


async def test_the_oldest_of_an_address_makes_room():
    async with served() as running:
        clients: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        while len(clients) < 6:
            reader, writer = await running.open()
            clients.append((reader, writer))
            writer.write(POST + b"a")
            count = min(len(clients), 4)
            await until_async(partial(running.waits_for, count), what="it is waited for")
        for reader, _ in clients[:2]:
            assert (await asyncio.wait_for(reader.read(), LATE)).startswith(b"HTTP/1.1 429")
        for reader, writer in clients[2:]:
            writer.write(b"a" * 499)
            assert (await asyncio.wait_for(reader.readline(), LATE)).startswith(b"HTTP/1.1 200")
        for _, writer in clients:
            writer.close()


async def test_a_connection_serves_one_request_after_the_other():
    async with served(head=SOON, body=SOON) as running:
        reader, writer = await running.open()
        for _ in range(20):
            for request in (GET, POST + b"a" * 500, GET + GET):
                writer.write(request)
                for _ in range(request.count(b"HTTP")):
                    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LATE)
                    assert head.startswith(b"HTTP/1.1 200")
                    assert await reader.readexactly(2) == b"aa"
            await asyncio.sleep(0.05)
        writer.close()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + (b"X: " + b"a" * 4000 + b"\r\n") * 6, b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + (b"X: " + b"a" * 4000 + b"\r\n") * 3 + b"\r\n", b"200"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", b"400"),
        (b"\x16\x03\x01 nonsense", b"400"),
    ],
)
async def test_a_head_has_a_size(request_: bytes, status: bytes):
    async with served() as running:
        reader, writer = await running.open()
        writer.write(request_)
        assert (await asyncio.wait_for(reader.readline(), LATE)).split()[1] == status
        writer.close()


async def test_a_flood_of_requests_in_one_piece_is_cut_off():
    async with served() as running:
        reader, writer = await running.open()
        writer.write(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n" + GET * 1000)
        taken = 0
        with contextlib.suppress(ConnectionError):
            while data := await asyncio.wait_for(reader.read(1_000_000), LATE):
                taken += len(data)
        assert taken < POURED
