"""Connections stay open for a person who speaks, and a lost one does not cost a turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from agent_manager.providers.openai import transport
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.readiness import Readiness, connect
from config.services import Kind, Service
from fakes.openai_api import Delays, OpenAIStandIn
from support.groups import starts_programs
from support.networks.certificates import Certificate, certificate
from support.networks.cut_proxy import Proxy, proxy
from support.waiting import until_async

from .asking import ASK, PATHS, answer_of, ask, every_kind, refused, service_at


@pytest.fixture(scope="module")
@starts_programs
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certificate"))


@dataclass
class Far:
    """Services with TLS behind a proxy, which counts connections and cuts them."""

    api: OpenAIStandIn
    between: Proxy

    @property
    def services(self) -> dict[Kind, Service]:
        base_url = f"https://127.0.0.1:{self.between.port}/v1"
        return {kind: service_at(base_url, model=f"{kind}-model", offline=True) for kind in ASK}

    @property
    def ready(self) -> list[int]:
        return [client_of(service).transport.ready for service in self.services.values()]

    async def lost_while_asked(self, kind: Kind, asked: int) -> None:
        """Cuts all connections when the service has begun to work on so many requests."""
        requests = self.api.requests
        await until_async(lambda: len(requests(PATHS[kind])) == asked, what="it is asked")
        self.between.cut()


@pytest.fixture
def far(own_certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    monkeypatch.setenv("SSL_CERT_FILE", own_certificate.path)
    transport.tls.cache_clear()
    delays = Delays(stt=1.0, llm_first_token=1.0, tts_first_byte=1.0)
    with OpenAIStandIn(delays, tls=own_certificate) as api, proxy(api.port) as between:
        yield Far(api, between)
    transport.tls.cache_clear()


async def test_what_was_lost_is_open_again_before_the_person_has_finished(far: Far) -> None:
    async with Readiness(far.services) as ready:
        await until_async(lambda: far.ready == [1, 1, 1], what="connections are open")
        ready.person_is("speaking")
        far.between.cut()
        await until_async(lambda: far.between.opened == 6, what="others are opened")
        await until_async(lambda: far.ready == [1, 1, 1], what="they are ready")
        ready.person_is("listening")
        await until_async(lambda: ready._connecting and ready._connecting.done(), what="a look")
        opened = far.between.opened
        for kind, service in far.services.items():
            assert await ask(kind, service)
        assert far.between.opened == opened


async def test_nobody_who_is_silent_keeps_connections_open(far: Far) -> None:
    async with Readiness(far.services) as ready:
        ready.person_is("speaking")
        await until_async(lambda: far.ready == [1, 1, 1], what="connections are open")
        ready.person_is("listening")
        await until_async(lambda: ready._tasks.ended(0.0), what="nothing looks any more")
        far.between.cut()
        assert far.between.opened == 3


async def test_two_who_speak_find_a_connection_each(far: Far) -> None:
    async with Readiness(far.services) as ada, Readiness(far.services) as bert:
        ada.person_is("speaking")
        bert.person_is("speaking")
        await until_async(lambda: min(far.ready) >= 2, what="two connections each are open")
        for each in (ada, bert):
            each.person_is("listening")
            await until_async(lambda: each._connecting and each._connecting.done(), what="a look")  # noqa: B023
        opened = far.between.opened
        await asyncio.gather(*(ask("llm", far.services["llm"]) for _ in range(2)))
        assert far.between.opened == opened


async def test_several_who_speak_open_each_connection_once(far: Far) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(4):
            somebody = await stack.enter_async_context(Readiness(far.services))
            somebody.person_is("speaking")
        await until_async(lambda: far.ready == [4, 4, 4], what="four connections each are open")
        assert far.between.opened == 12


async def test_a_connection_that_was_long_idle_is_tried_before_it_is_needed(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = far.services["llm"]
    await connect([service])
    await connect([service])
    assert len(far.api.requests()) == 1
    monkeypatch.setattr(transport, "FRESH_SECONDS", 0.0)
    await connect([service])
    assert len(far.api.requests()) == 2
    assert far.between.opened == 1


@every_kind
async def test_a_connection_lost_before_the_answer_is_replaced_at_once(
    far: Far, kind: Kind
) -> None:
    asking = asyncio.create_task(ask(kind, far.services[kind]))
    await far.lost_while_asked(kind, 1)
    assert await asking == answer_of(far.api, kind)
    assert far.between.opened == 2


@every_kind
async def test_connections_lost_between_turns_cost_none(far: Far, kind: Kind) -> None:
    service = far.services[kind]
    await ask(kind, service)
    far.between.cut()
    assert await ask(kind, service) == answer_of(far.api, kind)


async def test_what_is_lost_twice_fails(far: Far) -> None:
    with refused() as found:
        asking = asyncio.create_task(ask("llm", far.services["llm"]))
        await far.lost_while_asked("llm", 1)
        await far.lost_while_asked("llm", 2)
        await asking
    assert found[0].reason == "broken_off"
    assert len(far.api.requests(PATHS["llm"])) == 2
