"""How one request to a service went, and how long it took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import Reason

TRIAL_SECONDS = 20.0
"""For a whole trial; a model that has to be loaded first may take most of it."""


@dataclass(frozen=True)
class Trial:
    """How a request went: the time until something came of it, and what failed.

    `reason` is the kind of failure and `problem` a sentence about it, both "" where none was.
    """

    milliseconds: int
    reason: str = ""
    problem: str = ""


async def tried(
    request: Coroutine[Any, Any, None], seconds: float = TRIAL_SECONDS
) -> tuple[int, Reason | None]:
    """Returns the milliseconds that a request took, so many seconds at most, and why it failed."""
    began = time.monotonic()
    reason: Reason | None = None
    try:
        async with asyncio.timeout(seconds):
            await request
    except Exception as error:
        reason = service_error(error).reason
    return round((time.monotonic() - began) * 1000), reason
