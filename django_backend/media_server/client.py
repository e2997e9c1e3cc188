"""The media server's addresses, and the client of its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from django.conf import settings
from livekit import api

T = TypeVar("T")


@asynccontextmanager
async def livekit_api() -> AsyncIterator[api.LiveKitAPI]:
    """Gives a client of the media server's API for the block."""
    client = api.LiveKitAPI(
        http_url(settings.LIVEKIT_URL), settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET
    )
    try:
        yield client
    finally:
        await client.aclose()  # type: ignore[no-untyped-call]


async def unless_gone(request: Awaitable[T]) -> T | None:
    """Returns the answer to an API call, or None when the room or participant is not there."""
    try:
        return await request
    except api.ServerError as error:
        if error.code != api.ServerErrorCode.NOT_FOUND:
            raise
        return None


def server_url() -> str:
    """Returns the media server's address for our own agents."""
    return websocket_url(settings.LIVEKIT_URL)


def http_url(url: str) -> str:
    """Returns the media server's address for API calls: ws becomes http, wss becomes https."""
    return "http" + url[2:] if url.startswith("ws") else url


def websocket_url(url: str) -> str:
    """Returns its address for participants: http becomes ws, https becomes wss."""
    return "ws" + url[4:] if url.startswith("http") else url
