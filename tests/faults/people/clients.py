"""`python -m faults.people.clients JSON`: clients of one address, floods or slow ones.

It prints `ready` when each client has tried once, and, at the end of its input, what came of them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from faults.people.visitor import careless_tls

DRIP_SECONDS = 2.0
MOST_SECONDS = 300.0
CONNECT_SECONDS = 20.0
CONNECTING_AT_ONCE = 100
COUNTER = b"@@@@@@@@"
"""In a request, replaced by another number each time."""


@dataclass(frozen=True)
class Clients:
    """How many do what. They send `head`, and then either read the answer and begin anew, or,
    when `is_slow`, wait: with a `drip`, that byte every two seconds, without one in silence.
    They spread over the `origins` evenly.
    """

    origins: list[str]
    address: str
    count: int
    head: str = ""
    is_slow: bool = False
    drip: str = ""


@dataclass
class Tally:
    """`statuses` of answers, how often a connection was `closed` or did not come about, how many
    were `held` at the end.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    refused: int = 0
    held: int = 0

    def add(self, other: Tally) -> None:
        """Counts what came of others too."""
        self.statuses += other.statuses
        self.closed += other.closed
        self.refused += other.refused
        self.held += other.held


class Client:
    """One of them, who comes again whenever the connection is closed."""

    def __init__(
        self, clients: Clients, origin: str, tally: Tally, gate: asyncio.Semaphore
    ) -> None:
        self._clients = clients
        self._url = urlsplit(origin)
        self._tally = tally
        self._gate = gate
        self._numbers = itertools.count(1)
        self._tls = careless_tls() if self._url.scheme == "https" else None
        self.has_tried = asyncio.Event()

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        do = self._wait if self._clients.is_slow else self._flood
        while True:
            await self._once(do)

    async def _once(self, do: Do) -> None:
        try:
            reader, writer = await self._connect()
        except (OSError, TimeoutError):
            self._tally.refused += 1
            self.has_tried.set()
            await asyncio.sleep(DRIP_SECONDS if self._clients.is_slow else 0)
            return
        self._tally.held += 1
        try:
            await do(reader, writer)
        except (OSError, EOFError):
            self._tally.closed += 1
        finally:
            self._tally.held -= 1
            self.has_tried.set()
            writer.transport.abort()
        await asyncio.sleep(DRIP_SECONDS if self._clients.is_slow else 0)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with self._gate, asyncio.timeout(CONNECT_SECONDS):
            return await asyncio.open_connection(
                self._url.hostname,
                self._url.port,
                ssl=self._tls,
                local_addr=(self._clients.address, 0),
            )

    async def _flood(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = self._clients.head.encode()
        while True:
            number = b"%0*d" % (len(COUNTER), next(self._numbers))
            writer.write(head.replace(COUNTER, number))
            await writer.drain()
            self.has_tried.set()
            self._tally.statuses[await _status(reader)] += 1

    async def _wait(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._clients.head.encode())
        await writer.drain()
        self.has_tried.set()
        drips = asyncio.create_task(self._drip(writer))
        try:
            line = await reader.readline()
            if line:
                self._tally.statuses[line.split()[1].decode()] += 1
            await reader.read()
            raise EOFError
        finally:
            drips.cancel()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        while self._clients.drip and not writer.is_closing():
            await asyncio.sleep(DRIP_SECONDS)
            writer.write(self._clients.drip.encode())


Do = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _status(reader: asyncio.StreamReader) -> str:
    """The status of the next answer, which is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = dict(
        (name.lower(), value.strip())
        for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
    )
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    elif fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return head.split()[1]


async def _main(clients: Clients) -> None:
    tally, gate = Tally(), asyncio.Semaphore(CONNECTING_AT_ONCE)
    origins = itertools.islice(itertools.cycle(clients.origins), clients.count)
    everybody = [Client(clients, origin, tally, gate) for origin in origins]
    tasks = [asyncio.create_task(client.run()) for client in everybody]
    stopped = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    tried = asyncio.gather(*(client.has_tried.wait() for client in everybody))
    await asyncio.wait([stopped, tried], return_when=asyncio.FIRST_COMPLETED)
    print("ready", flush=True)
    await asyncio.wait([stopped], timeout=MOST_SECONDS)
    print(json.dumps(vars(tally)), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_main(Clients(**json.loads(sys.argv[1]))))
