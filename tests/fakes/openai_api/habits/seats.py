"""Habits of servers that answer one request after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from ..state import Request

SEAT_SECONDS = 1.5
_free_at: dict[str, float] = {}


async def one_seat(request: HttpRequest, asked: Request, make: Callable[[], Response]) -> Response:
    """Works at each request for 1.5 s, also when nobody waits for it any more."""
    now = time.monotonic()
    begins = max(now, _free_at.get(request.url.netloc, now))
    _free_at[request.url.netloc] = begins + SEAT_SECONDS
    await asyncio.sleep(begins - now)
    return make()
