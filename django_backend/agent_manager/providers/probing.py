"""Whether a service takes its key, found out by a request that costs nothing."""

from __future__ import annotations

import httpx2 as httpx
from config.services import Service, is_known_all_the_same, probe_of

from agent_manager.providers.causes import refusal, service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.transcriptions import host_of
from agent_manager.providers.openai.transport import ServiceTransport


async def probe(service: Service) -> ServiceError | None:
    """Returns what is wrong with a service, its address or its key; None when it takes the key.

    It goes by the service's proxy, follows redirects within the origin, and gives up after 6 s.
    """
    url, headers = probe_of(service)
    try:
        async with httpx.AsyncClient(transport=ServiceTransport(service)) as client:
            answer = await client.get(url, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, ServiceError, OSError, ValueError) as error:
        return service_error(error, host_of(service))
    return verdict(service, answer.status_code, answer.text)


def verdict(service: Service, status: int, body: str) -> ServiceError | None:
    """What the answer to a probe says, by its status and its body; None when all is well.

    A server that does not have the address, as some of OpenAI's API do not, took the key.
    """
    is_taken = status < 400 or status in (404, 405)
    if is_taken or is_known_all_the_same(service, body):
        return None
    return refusal(status, host=host_of(service))
