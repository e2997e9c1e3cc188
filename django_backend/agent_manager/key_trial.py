"""Whether a service takes a key: one cheap request, in any process, also one without agents."""

from __future__ import annotations

from dataclasses import replace

import structlog
from agents.resolving import resolve
from agents.services.choosing import is_of_settings
from config.providers.kinds import OPENAI
from config.providers.registry import PROVIDERS
from config.secret import Secret
from config.services import Service

from agent_manager.listeners.service_words import told_of_server
from agent_manager.providers.probing import probe
from agent_manager.tried import Trial, tried

log = structlog.get_logger(__name__)


async def try_key(provider: str, base_url: str, key: str) -> Trial:
    """Returns how one request with a key goes; never longer than 20 s."""
    service = replace(
        resolve().services["llm"],
        provider=provider if provider in PROVIDERS else OPENAI,
        base_url=base_url,
        api_key=Secret(key),
        offline=False,
        guarded=not is_of_settings(base_url),
    )
    milliseconds, reason = await tried(_asked(service))
    log.info("key_tried", provider=provider, reason=reason or "", milliseconds=milliseconds)
    return Trial(milliseconds, reason or "", told_of_server(reason) if reason else "")


async def _asked(service: Service) -> None:
    """Returns when the service takes its key; raises ServiceError."""
    if (fault := await probe(service)) is not None:
        raise fault
