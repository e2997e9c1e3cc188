"""How realtime sockets travel to one service: as its requests do."""

from __future__ import annotations

import re
from collections.abc import Mapping

import aiohttp
from common.redirects import next_address
from config.services import Service

from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.transport import tls


def socket_session(service: Service) -> aiohttp.ClientSession:
    """Returns a session for sockets to the service, which somebody has to close.

    It goes by the service's proxy, follows redirects within the host and takes its key along.
    """
    return session_with(service, {"Authorization": f"Bearer {service.api_key}"})


def session_with(service: Service, headers: Mapping[str, str]) -> aiohttp.ClientSession:
    """Returns such a session whose requests have these headers."""

    async def stay_there(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        url = re.sub("^ws", "http", str(request.url))
        if not next_address(service.base_url, url):
            raise ServiceError("moved", host=request.url.host or "")
        request.headers.update(headers)
        return await handler(request)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls()),
        middlewares=(stay_there,),
        proxy=service.proxies.of(service.base_url) or None,
    )
