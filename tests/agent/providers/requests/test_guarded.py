"""A service that only an agent names is reached at no private address, by requests and sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_manager.providers.causes import service_error
from agent_manager.providers.openai.client import ServiceClient
from agent_manager.providers.openai.realtime import address
from agent_manager.providers.openai.sockets import socket_session
from asgiref.sync import sync_to_async
from config.proxies import Proxies
from config.secret import Secret
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from outgoing import guard, hosts

from .asking import service_at, speak


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running:
        yield running


async def spoken(service: Service) -> str:
    client = ServiceClient(service)
    try:
        return await speak(client)
    finally:
        await client.close()


async def heard(service: Service) -> str:
    async with (
        socket_session(service) as session,
        session.ws_connect(address(service)) as socket,
    ):
        return str((await socket.receive_json())["type"])


async def refused(request: object) -> str:
    with pytest.raises(Exception) as raised:
        await request  # type: ignore[misc]
    return service_error(raised.value).reason


async def test_it_is_reached_once_an_owner_has_allowed_its_host(
    api: OpenAIStandIn, record: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_at(api.base_url.replace("127.0.0.1", "voices.example"), guarded=True)

    async def at_home(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(guard, "resolved", at_home)
    assert await refused(spoken(service)) == "private"
    assert await refused(heard(service)) == "private"
    assert api.requests() == []
    await sync_to_async(hosts.allow)("voices.example", api.port, "owner")
    assert await spoken(service) == "voice"
    assert "created" in await heard(service)


async def test_a_literal_address_is_none_the_less_private(api: OpenAIStandIn, record: None) -> None:
    service = service_at(api.base_url, guarded=True)
    assert await refused(spoken(service)) == "private"
    assert await refused(heard(service)) == "private"
    assert api.requests() == []
    assert await spoken(service_at(api.base_url)) == "voice", "the settings name it"


async def test_behind_a_proxy_its_name_is_checked(api: OpenAIStandIn, record: None) -> None:
    proxy = Proxies(every=Secret(f"http://proxy.example:{api.port}"))
    service = service_at("http://10.0.0.7/v1", guarded=True, proxies=proxy)
    assert await refused(spoken(service)) == "private"
    assert await refused(heard(service)) == "private"
    assert api.requests() == []
