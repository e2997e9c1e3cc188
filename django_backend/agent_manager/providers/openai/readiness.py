"""Connections that are open before they are needed, and models that are loaded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from common.tasks import Tasks
from config.providers.registry import PROVIDERS
from config.services import Kind, Service

from agent_manager.providers.causes import service_error
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.patience import patience_with
from agent_manager.providers.openai.probe import probe
from agent_manager.providers.openai.transport import IS_WAKING

log = structlog.get_logger(__name__)
QUIET = ("rejected", "wrong_answer", "web_page")
"""What servers answer that do not list their models: the connection is open all the same."""
LOOK_SECONDS = 0.5
"""How soon is looked, while a person speaks, whether connections are still open; this doubles with
each time that one is not."""
MOST_AT_ONCE = 8
"""How many connections to a service are opened at once."""


class Readiness:
    """Keeps the services of one session ready, from when its person is there; a context manager.

    Those of providers with a plugin keep their connections themselves.

    With `asks_for_streaming` the STT server is asked whether it streams, where nobody knows: an
    agent may have another one than the settings, which are found out beside all sessions.
    """

    def __init__(
        self, services: Mapping[Kind, Service], *, asks_for_streaming: bool = False
    ) -> None:
        self._services = {kind: one for kind, one in services.items() if _is_ours(one)}
        self._asks_for_streaming = asks_for_streaming
        self._tasks = Tasks()
        self._connecting: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._has_ended = False

    async def __aenter__(self) -> Readiness:
        self.connect()
        if "llm" in self._services:
            self._tasks.start(load(self._services["llm"]))
        if self._asks_for_streaming:
            self._tasks.start(probe(self._services["stt"]))
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._has_ended = True
        await self._tasks.cancel()

    def connect(self) -> None:
        """Sees to it that connections are open; some servers close them after seconds."""
        if self._connecting is None or self._connecting.done():
            self._connecting = self._tasks.start(connect(self._services.values()))

    def person_is(self, state: str) -> None:
        """The person's state has changed: while they are "speaking", connections stay open."""
        if self._has_ended:
            return
        if state == "speaking" and self._looking is None:
            self._looking = self._tasks.start(self._keep_open())
        elif state != "speaking" and self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self.connect()

    async def _keep_open(self) -> None:
        transports = [client_of(service).transport for service in set(self._services.values())]
        for transport in transports:
            transport.expected += 1
        pause = LOOK_SECONDS
        try:
            while True:
                self.connect()
                await asyncio.sleep(pause)
                if not all(transport.ready for transport in transports):
                    pause *= 2  # a server that keeps none open is not asked for ever
        finally:
            for transport in transports:
                transport.expected -= 1


async def connect(services: Iterable[Service]) -> None:
    """Opens connections to each service that has too few, by a call that costs nothing.

    One is enough, or as many as people speak. A call also shows whether an open one still works.
    """
    await asyncio.gather(*map(_connect, filter(_is_ours, set(services))))


async def load(service: Service) -> None:
    """Has a model loaded by a request for one token, where that costs nothing.

    That is so on this machine and in private networks; other servers are never asked. It runs in a
    task of its own.
    """
    if service.offline or not await is_near(service) or not patience_with(service).may_wake():
        return
    began = time.monotonic()
    IS_WAKING.set(True)
    try:
        await client_of(service).chat.completions.create(
            model=service.model, messages=[{"role": "user", "content": "Hi"}], max_tokens=1
        )
    except Exception as error:
        log.info("model_not_loaded", reason=service_error(error).reason, host=_host(service))
    else:
        seconds = round(time.monotonic() - began, 1)
        log.info("model_loaded", host=_host(service), seconds=seconds)


async def is_near(service: Service) -> bool:
    """Whether the server is on this machine or in a private network, and asked without a proxy."""
    if service.proxies.of(service.base_url):
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(_host(service), None)
    except OSError:
        return False
    addresses = [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]
    return bool(addresses) and all(each.is_private for each in addresses)


def _is_ours(service: Service) -> bool:
    """Whether its requests are made by the project's own client."""
    return not PROVIDERS[service.provider].module


async def _connect(service: Service) -> None:
    transport = client_of(service).transport
    if transport.is_opening:
        return  # another session of this process sees to it
    transport.is_opening = True
    opened = 0
    try:
        while (wanted := min(max(transport.expected, 1), MOST_AT_ONCE)) > opened:
            calls = wanted if transport.ready < wanted else int(not transport.is_fresh)
            await asyncio.gather(*(_call(service) for _ in range(calls)))
            opened = wanted
    finally:
        transport.is_opening = False


async def _call(service: Service) -> None:
    try:
        await client_of(service).get("/models", cast_to=object)
    except Exception as error:
        if (reason := service_error(error).reason) not in QUIET:
            log.info("service_not_ready", reason=reason, host=_host(service))


def _host(service: Service) -> str:
    return urlsplit(service.base_url).hostname or ""
