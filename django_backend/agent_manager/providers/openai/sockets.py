"""How realtime sockets travel to one service: as its requests do."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import aiohttp
import httpx2 as httpx  # what openai and the plugins are built on
from aiohttp.abc import ResolveResult
from common.certificates import tls
from common.redirects import next_address
from config.services import Service
from outgoing.guard import check_name, checked
from outgoing.hosts import is_allowed

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError

if TYPE_CHECKING:
    from aiohttp.tracing import Trace
    from yarl import URL

OPENING = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=10.0)
"""Seconds for a connection, and between two bytes of an answer. aiohttp's own timer of 5 minutes
would hold all of a session for as long: a loop keeps a cancelled timer's context until its time."""


def socket_session(service: Service) -> aiohttp.ClientSession:
    """Returns a session for sockets to the service, which somebody has to close.

    It goes by the service's proxy, follows redirects within the origin and takes its key along.
    """
    return session_with(service, {"Authorization": f"Bearer {service.api_key}"})


def session_with(service: Service, headers: Mapping[str, str]) -> aiohttp.ClientSession:
    """Returns such a session whose requests have these headers."""

    proxy = service.proxies.of(service.base_url)

    async def stay_there(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        url = re.sub("^ws", "http", str(request.url))
        if not next_address(service.base_url, url):
            raise ServiceError("moved", host=request.url.host or "")
        if service.guarded and proxy:
            await _check_name(request.url)
        request.headers.update(headers)
        return await handler(request)

    kind = GuardedConnector if service.guarded and not proxy else aiohttp.TCPConnector
    return aiohttp.ClientSession(
        connector=kind(ssl=tls()),
        middlewares=(stay_there,),
        proxy=proxy or None,
        timeout=OPENING,
    )


class GuardedConnector(aiohttp.TCPConnector):
    """Opens connections to checked addresses only; raises ServiceError for others."""

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        try:
            addresses = await checked(host, port, is_allowed)
        except httpx.TransportError as error:
            raise service_error(error, host) from error
        return [_address(host, address, port) for address in addresses]


async def _check_name(url: URL) -> None:
    try:
        await check_name(url.host or "", url.port or 0, is_allowed)
    except httpx.TransportError as error:
        raise service_error(error, url.host or "") from error


def _address(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
