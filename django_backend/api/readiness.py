"""Whether what the backend depends on answers, asked all at once and briefly."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable
from dataclasses import asdict
from functools import cache
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from common.redirects import MOST_REDIRECTS, next_address
from config.services import Service, is_known_all_the_same, probe_of
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from media_server.client import http_url
from voice_sessions import limits
from wakeups.listening import listening

TIMEOUT = 2.0
SPEECH_CACHE_SECONDS = 30.0
OK, UNAVAILABLE, UNREACHABLE, REFUSED = "ok", "unavailable", "unreachable", "refused"
_speech: dict[str, Any] = {}


async def report() -> dict[str, Any]:
    """Returns what `GET /ready` tells staff: `status`, `checks` and `speech`, each by name.

    The status counts what is needed, and no speech service. `seats` are left out while the record
    is away.
    """
    checks, speech, seats = await asyncio.gather(_checks(), _speech_report(), _seats())
    return {"status": _verdict(checks), "checks": checks, "speech": speech, **seats}


async def brief() -> dict[str, Any]:
    """Returns what `GET /ready` tells everybody: `status`, and which services are `offline`."""
    speech = {name: {"offline": service.offline} for name, service in settings.SERVICES.items()}
    return {"status": _verdict(await _checks()), "speech": speech}


async def _checks() -> dict[str, dict[str, str]]:
    database, layer, livekit = await asyncio.gather(
        _status(sync_to_async(_ask_database)()),
        _status(_ask_channel_layer()),
        _status(ask_livekit()),
    )
    return {"database": database, "channel_layer": layer, "livekit": livekit}


async def _seats() -> dict[str, Any]:
    """Returns the seats for sessions as `seats`, and nothing where they are unknown."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return {"seats": asdict(await sync_to_async(limits.seats)())}
    except (DatabaseError, InterfaceError, TimeoutError):
        return {}


def _verdict(checks: dict[str, dict[str, str]]) -> str:
    is_ready = all(check["status"] == OK for check in checks.values())
    return OK if is_ready else UNAVAILABLE


async def ask_livekit() -> None:
    """Raises when the media server does not answer."""
    async with await _client("") as client:
        (await client.get(http_url(settings.LIVEKIT_URL))).raise_for_status()


async def livekit_answers() -> bool:
    """Returns whether the media server answers."""
    return (await _status(ask_livekit()))["status"] == OK


def forget() -> None:
    """Makes the next report ask the speech services anew."""
    _speech.clear()


async def _client(proxy: str) -> httpx.AsyncClient:
    tls = await asyncio.to_thread(_tls)
    return httpx.AsyncClient(timeout=TIMEOUT, verify=tls, proxy=proxy or None, trust_env=False)


@cache
def _tls() -> ssl.SSLContext:
    """Reads certificates once, in a thread: that takes long enough to be heard in a voice."""
    return httpx.create_ssl_context()


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _ask_channel_layer() -> None:
    """Raises when what a group is sent does not come back."""
    group = f"ready.{uuid4().hex}"
    async with listening(group) as inbox:
        await get_channel_layer().group_send(group, {"type": "ready"})
        if not await inbox.read(TIMEOUT):
            raise TimeoutError


async def _status(question: Awaitable[None]) -> dict[str, str]:
    try:
        async with asyncio.timeout(TIMEOUT):
            await question
    except Exception as error:
        return {"status": UNREACHABLE, "error": type(error).__name__}
    return {"status": OK}


async def _speech_report() -> dict[str, Any]:
    if not _speech or time.monotonic() > _speech["until"]:
        asked = await asyncio.gather(*map(_ask_service, settings.SERVICES.values()))
        answers = dict(zip(settings.SERVICES, asked, strict=True))
        _speech.update(answers=answers, until=time.monotonic() + SPEECH_CACHE_SECONDS)
    return _speech["answers"]


async def _ask_service(service: Service) -> dict[str, Any]:
    try:
        status = await _status_of_models(service)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return {"status": UNREACHABLE, "offline": service.offline}
    if status in (401, 403):
        return {"status": REFUSED, "offline": service.offline}
    return {"status": UNREACHABLE if status >= 500 else OK, "offline": service.offline}


async def _status_of_models(service: Service) -> int:
    """The status of the provider's probe, by the service's proxy and within its host."""
    url, headers = probe_of(service)
    for _attempt in range(MOST_REDIRECTS):
        async with await _client(service.proxies.of(url)) as client:
            answer = await client.get(url, headers=headers)
        if not answer.has_redirect_location:
            is_known = is_known_all_the_same(service, answer.text)
            return HTTPStatus.OK if is_known else answer.status_code
        url = next_address(url, answer.headers["location"])
    return HTTPStatus.BAD_GATEWAY
