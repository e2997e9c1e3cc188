"""One HTTP client for each speech or language service, shared by the sessions of a process."""

from __future__ import annotations

from functools import lru_cache

import httpx2 as httpx  # what openai and the plugins are built on
import openai
from config.services import Service

from agent_manager.providers.openai.patience import MOST_SERVICES
from agent_manager.providers.openai.transport import ServiceTransport


class ServiceClient(openai.AsyncClient):
    """The client of one service; URL and key are always given, never read from elsewhere."""

    def __init__(self, service: Service) -> None:
        self.transport = ServiceTransport(service)
        super().__init__(
            base_url=service.base_url,
            api_key=service.api_key,
            max_retries=0,
            http_client=httpx.AsyncClient(transport=self.transport),
        )


@lru_cache(MOST_SERVICES)
def client_of(service: Service) -> ServiceClient:
    """The client that a service uses; it keeps connections open between sessions."""
    return ServiceClient(service)
