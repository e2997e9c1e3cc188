"""Connections are open before they are needed, and a model is loaded where that costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from agent_manager.providers.openai import readiness
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.patience import patience_with
from agent_manager.providers.openai.readiness import Readiness, connect, is_near, load
from config.proxies import Proxies
from config.secret import Secret
from config.services import Kind, Service
from fakes.openai_api import OpenAIStandIn
from support.networks.cut_proxy import proxy
from support.ports import free_port
from support.waiting import until_async

from .asking import ask, service_at

COMPLETIONS = "/v1/chat/completions"


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running:
        yield running


def services_at(base_url: str) -> dict[Kind, Service]:
    """Three services on one server, each with a model of its own."""
    kinds: tuple[Kind, ...] = ("stt", "llm", "tts")
    return {kind: service_at(base_url, model=f"{kind}-model") for kind in kinds}


async def test_a_connection_to_each_service_is_open_before_it_is_asked(api: OpenAIStandIn) -> None:
    services = services_at(api.base_url)
    await connect(services.values())
    assert all(client_of(service).transport.ready for service in services.values())
    assert [request.path for request in api.requests()] == ["/v1/models"] * 3
    await connect(services.values())
    assert len(api.requests()) == 3


async def test_questions_use_what_is_open() -> None:
    with OpenAIStandIn() as api, proxy(api.port) as between:
        service = service_at(f"http://127.0.0.1:{between.port}/v1")
        await connect([service])
        await ask("llm", service)
        await ask("tts", service)
        assert between.cut() == 1


@pytest.mark.parametrize("path", ["/v1", "/nothing"])
async def test_servers_that_list_no_models_are_connected_too(api: OpenAIStandIn, path: str) -> None:
    service = service_at(f"{api.url}{path}", model="of its own")
    await connect([service])
    assert client_of(service).transport.ready


async def test_nobody_there_is_no_failure_of_the_start() -> None:
    service = service_at(f"http://127.0.0.1:{free_port()}/v1")
    await connect([service])
    assert not client_of(service).transport.ready


async def test_a_near_model_is_loaded_once_by_one_token(api: OpenAIStandIn) -> None:
    services = services_at(api.base_url)
    async with Readiness(services):
        await until_async(lambda: api.requests(COMPLETIONS), what="the model is woken")
    (woken,) = api.requests(COMPLETIONS)
    assert woken.messages == [{"role": "user", "content": "Hi"}]
    assert woken.model == "llm-model"
    await asyncio.create_task(load(services["llm"]))
    assert len(api.requests(COMPLETIONS)) == 1
    assert not patience_with(services["llm"]).is_warm


async def test_a_model_that_has_answered_is_not_loaded(api: OpenAIStandIn) -> None:
    service = service_at(api.base_url)
    await ask("llm", service)
    await asyncio.create_task(load(service))
    assert len(api.requests(COMPLETIONS)) == 1


async def test_our_own_offline_model_is_not_loaded(api: OpenAIStandIn) -> None:
    await asyncio.create_task(load(service_at(api.base_url, offline=True)))
    assert api.requests() == []


async def test_a_model_that_is_far_or_beyond_a_proxy_is_never_asked(
    api: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = service_at(f"http://8.8.8.8:{api.port}/v1")
    beyond = service_at("http://10.0.0.1/v1", proxies=Proxies(http=Secret("http://proxy:1")))
    monkeypatch.setattr(readiness, "client_of", _nobody)
    for service in (far, beyond):
        await asyncio.create_task(load(service))


def _nobody(_service: Service) -> Any:
    raise AssertionError("it was asked")


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("[::1]", True),
        ("192.168.1.9", True),
        ("10.9.8.7", True),
        ("172.16.0.1", True),
        ("[fd00::7]", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("[2001:4860:4860::8888]", False),
        ("no.such.name.invalid", False),
    ],
)
async def test_near_is_this_machine_and_private_networks(host: str, near: bool) -> None:
    assert await is_near(service_at(f"http://{host}:11434/v1")) is near
