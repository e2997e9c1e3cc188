"""That the strangers of the faults do what they are said to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from support.waiting import until_async

from faults.people.clients import COUNTER, Clients
from faults.people.strangers import ANSWER, STRANGER, idle_server, request, strangers

pytestmark = pytest.mark.processes


class Server:
    """Notes who comes and what they send; it waits, `answers`, or `hangs_up`."""

    def __init__(self, *, answers: bool = False, hangs_up: bool = False) -> None:
        self.peers: list[str] = []
        self.received: list[bytes] = []
        self._answers = answers
        self._hangs_up = hangs_up

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.peers.append(writer.get_extra_info("peername")[0])
        while not self._hangs_up and (piece := await reader.read(1000)):
            self.received.append(piece)
            if self._answers:
                writer.write(ANSWER)
        writer.close()

    @asynccontextmanager
    async def listens(self) -> AsyncIterator[str]:
        """Its origin, for the block."""
        listening = await asyncio.start_server(self.take, "127.0.0.1", 0)
        async with listening:
            yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def test_a_flood_asks_again_and_again() -> None:
    server = Server(answers=True)
    async with (
        server.listens() as origin,
        strangers(Clients([origin], STRANGER, 3, request(origin, "GET", "/"))) as tally,
    ):
        await until_async(lambda: len(server.received) > 6, what="each has asked again")
    assert tally.statuses.keys() == {"200"} and tally.statuses["200"] >= 3
    assert (tally.held, tally.closed, tally.refused) == (3, 0, 0)


async def test_the_idle_server_answers_whatever_is_asked() -> None:
    async with idle_server() as origin, httpx.AsyncClient(trust_env=False) as client:
        for _ in range(2):
            assert (await client.post(f"{origin}/admin/login/", data={"a": "b"})).text == "ok"


async def test_each_request_of_a_flood_has_another_number() -> None:
    server = Server(answers=True)
    async with (
        server.listens() as origin,
        strangers(Clients([origin], STRANGER, 1, COUNTER.decode())),
    ):
        await until_async(lambda: len(server.received) > 1, what="two requests are sent")
    assert server.received[:2] == [b"00000001", b"00000002"]


async def test_slow_clients_come_from_their_address_and_drip() -> None:
    server = Server()
    async with (
        server.listens() as origin,
        strangers(Clients([origin], STRANGER, 5, "POST", True, "x")) as tally,
    ):
        has_dripped = lambda: server.received.count(b"x") >= 5  # noqa: E731
        await until_async(has_dripped, what="each has sent one byte more")
    assert server.peers == [STRANGER] * 5
    assert server.received.count(b"POST") == 5
    assert (tally.held, tally.closed) == (5, 0)


async def test_who_is_hung_up_on_comes_again_and_is_counted() -> None:
    server = Server(hangs_up=True)
    async with (
        server.listens() as origin,
        strangers(Clients([origin], STRANGER, 5, "", True)) as tally,
    ):
        await until_async(lambda: len(server.peers) == 10, what="each has come twice")
    assert tally.closed >= 5
