"""How plugins' requests and sockets travel: as the project's own do."""

from __future__ import annotations

import aiohttp
from config.services import Service

from agent_manager.providers.openai.sockets import session_with


def plugin_session(service: Service) -> aiohttp.ClientSession:
    """Returns a session for a plugin, which whoever holds the plugin closes.

    It goes by the service's proxy and stays within its host; the plugin adds the key.
    """
    return session_with(service, {})


def root_of(service: Service) -> str:
    """Where the provider's addresses begin: some people write the version of its API along."""
    return service.base_url.removesuffix("/v1")


def as_list(value: object) -> list[str]:
    """The texts between commas of an option."""
    return [text for part in str(value or "").split(",") if (text := part.strip())]
