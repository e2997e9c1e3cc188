"""One HTTP client for each speech or language service, shared by the sessions of a process."""

from __future__ import annotations

from functools import lru_cache

import httpx2 as httpx  # what openai and the plugins are built on
import openai
from config.services import Service

from agent_manager.providers.openai.patience import MOST_SERVICES
from agent_manager.providers.openai.transport import ServiceTransport

AZURE = "azure"


class ServiceClient(openai.AsyncClient):
    """The client of one service; URL and key are always given, never read from elsewhere."""

    def __init__(self, service: Service) -> None:
        self.transport = ServiceTransport(service)
        super().__init__(
            base_url=_base_url(service),
            api_key=service.api_key,
            max_retries=0,
            http_client=httpx.AsyncClient(transport=self.transport),
        )


class AzureClient(openai.AsyncAzureOpenAI):
    """The client of a service of Azure's older API, which has a version in its addresses."""

    def __init__(self, service: Service, api_version: str) -> None:
        self.transport = ServiceTransport(service)
        super().__init__(
            azure_endpoint=service.base_url,
            api_key=service.api_key,
            api_version=api_version,
            max_retries=0,
            http_client=httpx.AsyncClient(transport=self.transport),
        )


@lru_cache(MOST_SERVICES)
def client_of(service: Service) -> ServiceClient | AzureClient:
    """The client that a service uses; it keeps connections open between sessions."""
    version = service.option("api_version") if service.provider == AZURE else None
    return AzureClient(service, str(version)) if version else ServiceClient(service)


def _base_url(service: Service) -> str:
    """Where the paths of OpenAI's API begin; at Azure that is below the resource's endpoint."""
    is_bare = service.provider == AZURE and not service.base_url.endswith("/v1")
    return f"{service.base_url}/openai/v1" if is_bare else service.base_url
