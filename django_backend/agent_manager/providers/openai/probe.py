"""What a server that speaks OpenAI's API offers, found out by asking it once."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from config.services import Service

from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.sockets import socket_session

log = structlog.get_logger(__name__)
PROBE_TIMEOUT = 3.0
_realtime_offered: dict[Service, bool] = {}


async def gives_interim_words(service: Service) -> bool:
    """Whether the server transcribes speech as it arrives; remembered once it has answered."""
    if service not in _realtime_offered:
        offered = await _offers_realtime(service)
        if offered is None:
            return False
        _realtime_offered[service] = offered
        log.info("stt_mode", streaming=offered)
    return _realtime_offered[service]


async def _offers_realtime(service: Service) -> bool | None:
    """Whether the server opens a realtime transcription socket; None when it did not answer."""
    url = f"{service.base_url}/realtime?intent=transcription"
    try:
        async with (
            socket_session(service) as http,
            asyncio.timeout(PROBE_TIMEOUT),
            http.ws_connect(url.replace("http", "ws", 1)) as socket,
        ):
            first = await socket.receive_json()
            return str(first.get("type", "")).endswith("session.created")
    except aiohttp.WSServerHandshakeError as refusal:
        return None if refusal.status in (401, 429) or refusal.status >= 500 else False
    except (aiohttp.ClientError, TimeoutError, TypeError, ValueError, OSError, ServiceError):
        return None
