"""`python -m bench.conditions.distance`: a proxy that puts 40 ms there and back, and TLS, between.

It decrypts at the far side, so that handshakes travel the whole distance as they do in the world.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ssl

ROUND_TRIP_SECONDS = 0.04
CHUNK = 65536
READY = "listens"


async def serve(port: int, target: int, tls: ssl.SSLContext) -> None:
    """Listens for ever at the port, and answers from the target after the distance."""

    async def decrypt(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _join(reader, writer, target, 0.0)

    async def travel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(ROUND_TRIP_SECONDS)  # what opening a connection takes
        await _join(reader, writer, inner, ROUND_TRIP_SECONDS / 2)

    far_side = await asyncio.start_server(decrypt, "127.0.0.1", 0, ssl=tls)
    inner = far_side.sockets[0].getsockname()[1]
    near_side = await asyncio.start_server(travel, "127.0.0.1", port)
    print(READY, flush=True)
    async with far_side, near_side:
        await near_side.serve_forever()


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int, seconds: float
) -> None:
    """Passes bytes between a connection and the target until either ends."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
    ways = [_pass(reader, far_writer, seconds), _pass(far_reader, writer, seconds)]
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in (writer, far_writer):
            end.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Passes bytes one way, each that many seconds after it came, in their order."""
    loop = asyncio.get_running_loop()
    travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=1024)

    async def arrive() -> None:
        while (item := await travelling.get())[1]:
            await asyncio.sleep(item[0] - loop.time())
            writer.write(item[1])
            await writer.drain()

    arriving = asyncio.create_task(arrive())
    try:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                await travelling.put((loop.time() + seconds, data))
            await travelling.put((loop.time(), b""))
            await arriving
    finally:
        arriving.cancel()
        await asyncio.gather(arriving, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("target", type=int)
    parser.add_argument("certificate")
    parser.add_argument("key")
    options = parser.parse_args()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.certificate, options.key)
    asyncio.run(serve(options.port, options.target, tls))


if __name__ == "__main__":
    main()
