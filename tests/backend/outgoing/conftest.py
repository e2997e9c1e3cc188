"""Name servers of the tests, and servers on this machine behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from outgoing import guard
from support.networks.named_servers import OK, Names, Server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The name server of this test."""
    found = Names()
    monkeypatch.setattr(guard, "resolved", found.resolved)
    return found


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server that says hello unless it is told otherwise."""
    found = Server(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                found.heads.append(head)
                answer = found.answers.get(head.split()[1], OK)
                for byte in [answer] if not found.pause else [bytes([b]) for b in answer]:
                    writer.write(byte)
                    await writer.drain()
                    await asyncio.sleep(found.pause)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.port = running.sockets[0].getsockname()[1]
    async with running:
        yield found
