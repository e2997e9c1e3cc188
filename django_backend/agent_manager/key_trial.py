"""Whether a service takes a key: one cheap request, in any process, also one without agents."""

from __future__ import annotations

from dataclasses import replace

import structlog
from agents.choosing import is_of_settings
from agents.resolving import resolve
from config.secret import Secret

from agent_manager.listeners.service_words import told_of_server
from agent_manager.providers.key_probes import probe_key
from agent_manager.tried import Trial, tried

log = structlog.get_logger(__name__)


async def try_key(provider: str, base_url: str, key: str) -> Trial:
    """Returns how one request with a key goes; never longer than 20 s."""
    service = replace(
        resolve().services["llm"],
        base_url=base_url,
        api_key=Secret(key),
        offline=False,
        guarded=not is_of_settings(base_url),
    )
    milliseconds, reason = await tried(probe_key(provider, service))
    log.info("key_tried", provider=provider, reason=reason or "", milliseconds=milliseconds)
    return Trial(milliseconds, reason or "", told_of_server(reason) if reason else "")
