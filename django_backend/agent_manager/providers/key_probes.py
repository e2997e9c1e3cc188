"""One cheap request to a provider that tells whether a key is good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from config.services import Service

from agent_manager.providers.openai.client import ServiceClient

Probe = Callable[[Service], Awaitable[None]]
"""Raises what goes wrong where a service does not take its key."""


async def _openai(service: Service) -> None:
    client = ServiceClient(service)
    try:
        await client.get("/models", cast_to=object)
    finally:
        await client.close()


PROBES: Mapping[str, Probe] = {"openai": _openai}
"""How each provider's key is tried; one that is not here is asked as OpenAI is."""


async def probe_key(provider: str, service: Service) -> None:
    """Returns when the provider has answered to the key; raises what goes wrong."""
    await PROBES.get(provider, _openai)(service)
