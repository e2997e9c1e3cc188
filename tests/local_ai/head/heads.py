"""A head whose machine can, whose file is whole and whose process is none."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_model import FakeChild, says

from local_ai import machine
from local_ai.app import create_app
from local_ai.ears.recognition import RecogniserPool
from local_ai.fetch import cache
from local_ai.head import head as head_module
from local_ai.head import process
from local_ai.head.gguf import Header
from local_ai.head.head import Head
from local_ai.head.sessions import Warming
from local_ai.settings import Settings
from local_ai.voice.synthesis import Speaker

ID = "qwen2.5-coder-1.5b-instruct-q4_k_m"


def settings(**changed: Any) -> Settings:
    told = {"llm": "auto", "may_fetch": False, "threads": 2, "slots": 2, "context": 4096}
    return Settings(**{"cache": Path("/nowhere"), "language": "en", **told, **changed})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that can, a file that is whole, and a process that is none."""
    FakeChild.script, FakeChild.loads = says("Rome", "."), True
    monkeypatch.setattr(process, "Child", FakeChild)
    monkeypatch.setattr(process, "_PAUSES", (0.0,))
    monkeypatch.setattr(machine, "unfit", lambda _: "")
    monkeypatch.setattr(cache, "whole", lambda kind, folder: folder / f"{ID}.gguf")
    monkeypatch.setattr(head_module, "read_header", lambda _: Header("Qwen2.5 Coder", "", "qwen2"))


async def started(**changed: Any) -> Head:
    head = Head(settings(**changed))
    head.start()
    assert head._task is not None
    await head._task
    await until(lambda: head.status.state != "loading")
    return head


@asynccontextmanager
async def served() -> AsyncIterator[tuple[httpx.AsyncClient, Head]]:
    """A client of the server without a network, and the head that answers it."""
    app = create_app(settings())
    app.state.head = head = await started()
    app.state.warming = warming = Warming(head)
    app.state.recognisers, app.state.speaker = RecogniserPool(), Speaker()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/v1") as http:
        yield http, head
    await warming.close()
    await head.close()
