"""Whether a server transcribes speech as it arrives, found out beside the sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import structlog
from config.services import Service

from agent_manager.providers.errors import ServiceError
from agent_manager.providers.learnt import Learnt, true_or_false
from agent_manager.providers.openai.realtime import address
from agent_manager.providers.openai.sockets import socket_session
from agent_manager.providers.openai.transcriptions import host_of

log = structlog.get_logger(__name__)

PROBE_TIMEOUT = 3.0
KNOWN_SECONDS = 3600.0
AGAIN_SECONDS = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds after which a server that did not answer is asked again; the last ones repeat."""

_streams: Learnt[Service, bool] = Learnt(KNOWN_SECONDS, form=true_or_false("stt_streams"))


def gives_interim_words(service: Service) -> bool:
    """Whether the server is known to transcribe speech as it arrives; asks nobody."""
    return _streams.get(service) is True


def is_mute(service: Service) -> bool:
    """Whether a socket of the server was found to give no words, an hour ago at most."""
    return _streams.get(service) is False


def found_mute(service: Service) -> None:
    """A socket of the server gave no words: nobody opens one for an hour."""
    _streams.keep(service, False)


async def probe(service: Service) -> None:
    """Asks the server, unless it is known what it does."""
    if _streams.get(service) is None:
        offered = await _offers_realtime(service)
        if offered is not None and _streams.get(service) is None:
            _streams.keep(service, offered, is_measure=True)  # what a session heard counts more
            log.info("stt_mode", streaming=offered, host=host_of(service))


async def nothing() -> None:
    """Does nothing."""


async def keep_probing(service: Service, recall: Callable[[], Awaitable[None]] = nothing) -> None:
    """Knows what the server does for as long as this runs, and asks anew when that is old.

    `recall` takes over what other processes know: that is not asked for again.
    """
    failures = 0
    while True:
        if _streams.get(service) is None:
            await recall()
        await probe(service)
        if _streams.get(service) is None:
            wait = AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)]
            failures += 1
        else:
            wait, failures = AGAIN_SECONDS[-1], 0
        await asyncio.sleep(wait)


async def _offers_realtime(service: Service) -> bool | None:
    """Whether the server opens a realtime transcription socket; None when it did not answer.

    A socket that opens and stays mute is none.
    """
    url = address(service)
    is_open = False
    try:
        async with (
            socket_session(service) as http,
            asyncio.timeout(PROBE_TIMEOUT),
            http.ws_connect(url) as socket,
        ):
            is_open = True
            first = await socket.receive_json()
            return str(first.get("type", "")).endswith("session.created")
    except aiohttp.WSServerHandshakeError as refusal:
        return None if refusal.status in (401, 429) or refusal.status >= 500 else False
    except TimeoutError:
        return False if is_open else None
    except (aiohttp.ClientError, TypeError, ValueError, AttributeError, OSError, ServiceError):
        return None
