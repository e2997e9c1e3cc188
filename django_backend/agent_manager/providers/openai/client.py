"""One HTTP client for each speech or language server, shared by the sessions of a process."""

from __future__ import annotations

from functools import cache

import httpx2 as httpx  # what openai and the plugins are built on
import openai
from config.services import Service

ANSWER_TIMEOUT = 6.0
"""Seconds that a server may stay silent: with the turn's own delay this stays under 8 s."""


class PatientTransport(httpx.AsyncHTTPTransport):
    """A transport that gives up on a silent server, however long its caller would wait.

    The plugins pass a read timeout of 30 s with each request, which overrides the client's own.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeout = request.extensions.get("timeout", {})
        limited = {
            name: min(value or ANSWER_TIMEOUT, ANSWER_TIMEOUT) for name, value in timeout.items()
        }
        request.extensions = {**request.extensions, "timeout": limited}
        return await super().handle_async_request(request)


@cache
def client(base_url: str, api_key: str) -> openai.AsyncClient:
    """The client of one server and key; it keeps connections open between sessions."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=60)
    return openai.AsyncClient(
        base_url=base_url,
        api_key=api_key,
        max_retries=0,
        http_client=httpx.AsyncClient(transport=PatientTransport(limits=limits)),
    )


def client_of(service: Service) -> openai.AsyncClient:
    """The client that a service uses; URL and key are always given, never read from elsewhere."""
    return client(service.base_url, service.api_key)
