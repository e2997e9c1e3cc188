"""Strangers who do harm from a process of their own, and a server that does nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from faults.people.clients import Clients, Tally

STRANGER = "127.0.0.2"
HONEST = "127.0.0.3"
READY_SECONDS = 90.0
END_SECONDS = 20.0
LINE = 1 << 20


@contextlib.asynccontextmanager
async def strangers(clients: Clients) -> AsyncIterator[Tally]:
    """They are at it for the block; what came of them is in the tally after it."""
    tally = Tally()
    async with _program("faults.people.clients", json.dumps(asdict(clients))) as program:
        assert program.stdin and program.stdout
        async with asyncio.timeout(READY_SECONDS):
            assert await program.stdout.readline() == b"ready\n", "the strangers did not come"
        try:
            yield tally
        finally:
            program.stdin.close()
            async with asyncio.timeout(END_SECONDS):
                found = json.loads(await program.stdout.readline())
            tally.__dict__.update({**found, "statuses": Counter(found["statuses"])})


@contextlib.asynccontextmanager
async def idle_server(certificate: Path | None = None) -> AsyncIterator[str]:
    """The origin of a server that answers everything at once and does nothing.

    It has HTTPS when the folder of a certificate and its key is given.
    """
    arguments = [str(certificate)] if certificate else []
    async with _program("faults.people.strangers", *arguments) as program:
        assert program.stdin and program.stdout
        async with asyncio.timeout(READY_SECONDS):
            port = int(await program.stdout.readline())
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"


def request(origin: str, method: str, path: str, body: str = "", **headers: str) -> str:
    """The bytes of a request, as text; underscores in names of headers become hyphens."""
    named = {"Host": urlsplit(origin).netloc, **headers}
    if body:
        named["Content-Length"] = str(len(body))
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items()]
    return f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n{body}"


@contextlib.asynccontextmanager
async def _program(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        limit=LINE,
    )
    try:
        yield program
    finally:
        with contextlib.suppress(ProcessLookupError):
            program.kill()
        await program.wait()


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each request by its end alone."""
    with contextlib.suppress(OSError, EOFError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            _, _, length = head.partition("content-length:")
            if length:
                await reader.readexactly(int(length.split()[0]))
            writer.write(ANSWER)
    writer.close()


def _tls(folder: Path) -> ssl.SSLContext:
    """HTTPS with the certificate and the key that are in the folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (certificate,), (key,) = folder.glob("*.crt"), folder.glob("*.key")
    context.load_cert_chain(certificate, key)
    return context


async def _serve(tls: ssl.SSLContext | None) -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(_tls(Path(sys.argv[1])) if sys.argv[1:] else None))
