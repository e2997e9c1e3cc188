"""`GET /local-voice`"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from api import local_server
from asgiref.sync import sync_to_async
from config import nearby
from config.services import Service
from fakes.local_server import READY, LocalStandIn
from support.limits import in_time
from support.ports import free_port
from support.waiting import until

OLLAMA = nearby.Nearby("Ollama", "http://127.0.0.1:11434/v1", "llama3.2")


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(nearby, "running", lambda exclude_ports=(): [OLLAMA])
    local_server.local.forget()
    local_server.search.forget()
    yield
    local_server.local.forget()
    local_server.search.forget()


@pytest.fixture
def local(settings: Any) -> Iterator[LocalStandIn]:
    with LocalStandIn() as running:
        settings.SERVICES = of(running.base_url, "stt", "llm", "tts")
        yield running


def of(url: str, *offline: str) -> dict[str, Service]:
    """The three services, of which some are the offline server at this address."""
    elsewhere = "https://speech.example/v1"
    return {
        kind: Service(url if kind in offline else elsewhere, "key", "m", offline=kind in offline)
        for kind in ("stt", "llm", "tts")
    }


async def told(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/local-voice")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_everybody_is_told_what_runs_here(
    stranger: httpx.AsyncClient, local: LocalStandIn
) -> None:
    assert await told(stranger) == {
        "offline": ["stt", "llm", "tts"],
        "language": "en",
        "problem": "",
        "ears": {"engine": "moonshine", "reason": ""},
        "voice": {"engine": "hibari", "reason": ""},
        "head": {**READY["head"], "percent": 100},
        "nearby": [],
    }


async def test_a_model_that_is_fetched_is_told_in_percent(
    stranger: httpx.AsyncClient, local: LocalStandIn
) -> None:
    assert local.local
    local.local["head"] |= {"state": "fetching", "fetched_bytes": 446_928_308}
    head = (await told(stranger))["head"]
    assert (head["state"], head["percent"]) == ("fetching", 40)


async def test_nothing_offline_is_nothing_to_tell(
    stranger: httpx.AsyncClient, settings: Any
) -> None:
    settings.SERVICES = of("http://127.0.0.1:1/v1")
    found = await told(stranger)
    assert found["offline"] == [] and found["problem"] == ""
    assert found["ears"] is found["voice"] is found["head"] is None


async def test_only_what_is_offline_is_told(
    stranger: httpx.AsyncClient, local: LocalStandIn, settings: Any
) -> None:
    settings.SERVICES = of(local.base_url, "stt")
    found = await told(stranger)
    assert found["offline"] == ["stt"] and found["ears"]["engine"] == "moonshine"
    assert found["voice"] is None and found["head"] is None


async def test_a_server_that_is_away_is_told_in_words(
    stranger: httpx.AsyncClient, settings: Any
) -> None:
    settings.SERVICES = of(f"http://127.0.0.1:{free_port()}/v1", "stt", "llm", "tts")
    found = await told(stranger)
    assert found["problem"].startswith("The local voice does not answer.")
    assert found["head"] is None and found["offline"] == ["stt", "llm", "tts"]


async def test_a_version_without_the_route_is_told_in_words(
    stranger: httpx.AsyncClient, local: LocalStandIn
) -> None:
    local.local = None
    assert (await told(stranger))["problem"]


async def test_a_slow_server_is_not_waited_for(
    stranger: httpx.AsyncClient, local: LocalStandIn
) -> None:
    local.is_slow = True
    began = time.monotonic()
    assert (await told(stranger))["problem"]
    assert in_time(time.monotonic() - began, 2.0)


async def test_many_who_ask_at_once_are_one_question(
    stranger: httpx.AsyncClient, local: LocalStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server.local, "_seconds", 60.0)
    for _ in range(5):
        await told(stranger)
    assert local.asked == 1


@pytest.mark.parametrize("odd", [[], {"head": 7}, {"head": {"state": "dancing"}}, {"ears": {}}])
async def test_an_odd_answer_breaks_nothing(
    stranger: httpx.AsyncClient, local: LocalStandIn, odd: Any
) -> None:
    local.local = copy.deepcopy(odd) or {"": 0}
    found = await told(stranger)
    assert found["head"] is None and found["ears"] is None


@pytest.mark.parametrize(
    ("address", "host", "is_told"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True),
        ("::1", "localhost:8000", True),
        ("203.0.113.7", "127.0.0.1:8000", False),
        ("127.0.0.1", "backend.test", False),
    ],
)
async def test_other_servers_on_this_computer_are_told_to_those_at_it(
    application: Any,
    local: LocalStandIn,
    settings: Any,
    address: str,
    host: str,
    is_told: bool,
) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "backend.test"]
    await sync_to_async(local_server.search.found)()
    await sync_to_async(until)(lambda: local_server.search.found(), what="the search is over")
    transport = httpx.ASGITransport(app=application, client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        found = (await told(client))["nearby"]
    expected = {
        "name": "Ollama",
        "base_url": "http://127.0.0.1:11434/v1",
        "model": "llama3.2",
    }
    assert found == ([expected] if is_told else [])
