"""Many clients of one address that are idle or slow, and one who asks as people do."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

from .processes import Process
from .waiting import until_async

DRIP_SECONDS = 2.0
AGAIN_SECONDS = 1.0
CROWD, HONEST = "127.0.0.2", "127.0.0.3"


@dataclass(frozen=True)
class Program:
    """A server of ours and the port that it serves."""

    process: Process
    port: int


@dataclass
class Crowd:
    """`count` clients that send `head` and then a byte every two seconds; closed ones come again.

    A context manager of asyncio: within the block, all have been there at least once.
    """

    port: int
    head: bytes = b""
    count: int = 1000
    tls: ssl.SSLContext | None = None
    came: int = 0
    open: int = 0
    closed: int = 0
    answers: dict[bytes, int] = field(default_factory=dict)

    async def __aenter__(self) -> Crowd:
        self._members = [asyncio.create_task(self._member()) for _ in range(self.count)]
        await until_async(lambda: self.came >= self.count, seconds=60, what="the crowd is there")
        return self

    async def __aexit__(self, *_failure: object) -> None:
        for member in self._members:
            member.cancel()
        await asyncio.gather(*self._members, return_exceptions=True)

    async def _member(self) -> None:
        first = True
        while True:
            with contextlib.suppress(OSError, ssl.SSLError):
                async with asyncio.timeout(30):
                    reader, writer = await asyncio.open_connection(
                        "127.0.0.1", self.port, local_addr=(CROWD, 0), ssl=self.tls
                    )
                self.came, first = self.came + first, False
                await self._linger(reader, writer)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _linger(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            writer.write(self.head)
            answer = asyncio.create_task(reader.readline())
            while not (await asyncio.wait({answer}, timeout=DRIP_SECONDS))[0]:
                if self.head:
                    writer.write(b"a")
            line = answer.result()
            self.answers[line] = self.answers.get(line, 0) + 1
        finally:
            self.open -= 1
            self.closed += 1
            answer.cancel()
            writer.transport.abort()


def ask(
    port: int, path: str, *, tls: ssl.SSLContext | None = None, source: str = HONEST
) -> tuple[int, float]:
    """The status of a GET from the honest person's address, and the seconds that it took."""
    begun = time.monotonic()
    options: dict[str, Any] = {"timeout": 20, "source_address": (source, 0)}
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, context=tls, **options)
        if tls
        else http.client.HTTPConnection("127.0.0.1", port, **options)
    )
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - begun


async def asked(port: int, path: str, *, tls: ssl.SSLContext | None = None) -> float:
    """The longest of ten honest questions, in seconds; all are answered with 200."""
    answers = [await asyncio.to_thread(ask, port, path, tls=tls) for _ in range(10)]
    assert {status for status, _ in answers} == {200}
    return max(seconds for _, seconds in answers)
