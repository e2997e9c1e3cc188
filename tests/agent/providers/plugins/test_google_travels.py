"""Gemini's client, which would follow redirects with its key, goes the way of all services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from agent_manager.providers.causes import service_error
from agent_manager.providers.making import make_model, prepare
from agents.agent import Replies
from config.secret import Secret
from config.services import Service
from livekit.agents import APIConnectOptions, llm

KEY = "AIza-google-canary-31"
ONCE = APIConnectOptions(max_retry=0, timeout=5)
ANSWER = (
    b'data: {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello."}]}}]}\n\n'
)


class Server:
    """A server that answers alike whatever it is asked, with the heads of what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.heads: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer)
        await writer.drain()
        writer.close()


def says(status: str, headers: str, body: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@pytest.fixture
async def elsewhere() -> AsyncIterator[Server]:
    found = Server(says("200 OK", "Content-Type: text/event-stream\r\n", ANSWER))
    running = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = running.sockets[0].getsockname()[1]
    async with running:
        yield found


@pytest.fixture
async def mover(elsewhere: Server) -> AsyncIterator[Server]:
    place = f"Location: http://127.0.0.1:{elsewhere.port}/v1beta/models/m:stream\r\n"
    found = Server(says("307 Temporary Redirect", place))
    running = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = running.sockets[0].getsockname()[1]
    async with running:
        yield found


async def reply(port: int, *, guarded: bool = False) -> str:
    url = f"http://127.0.0.1:{port}"
    service = Service(url, Secret(KEY), "gemini-x", provider="google", guarded=guarded)
    await prepare([service])
    asked = llm.ChatContext.empty()
    asked.add_message(role="user", content="Say hello.")
    said = ""
    async with make_model(service, Replies()).chat(chat_ctx=asked, conn_options=ONCE) as pieces:
        async for piece in pieces:
            said += (piece.delta.content if piece.delta else "") or ""
    return said


async def test_it_says_what_its_server_says(elsewhere: Server) -> None:
    assert await reply(elsewhere.port) == "Hello."
    assert f"x-goog-api-key: {KEY}" in elsewhere.heads[0].lower().replace(KEY.lower(), KEY)


async def test_its_key_goes_to_no_other_port(mover: Server, elsewhere: Server) -> None:
    with pytest.raises(Exception) as raised:
        await reply(mover.port)
    assert service_error(raised.value).reason == "moved"
    assert len(mover.heads) == 1 and elsewhere.heads == []


async def test_it_reaches_no_private_address(elsewhere: Server, record: None) -> None:
    with pytest.raises(Exception) as raised:
        await reply(elsewhere.port, guarded=True)
    assert service_error(raised.value).reason == "private" and elsewhere.heads == []
