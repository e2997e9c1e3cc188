"""Waiting for a condition with a deadline, never for an amount of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.05


class NotInTime(AssertionError):
    """What was waited for did not come before its deadline."""


def until(
    condition: Callable[[], T],
    *,
    seconds: float = 20.0,
    what: str = "",
    every: float = POLL_SECONDS,
) -> T:
    """The first truthy answer of `condition`; NotInTime naming `what` at the deadline.

    It is asked again after `every` seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        _check(deadline, seconds, what, answer)
        time.sleep(every)


async def until_async(
    condition: Callable[[], T | Awaitable[T]], *, seconds: float = 20.0, what: str = ""
) -> T:
    """Like `until`, for a condition that may be a coroutine function; the event loop goes on."""
    deadline = time.monotonic() + seconds
    while True:
        asked = condition()
        answer = await asked if isinstance(asked, Awaitable) else asked
        if answer:
            return answer
        _check(deadline, seconds, what, answer)
        await asyncio.sleep(POLL_SECONDS)


def _check(deadline: float, seconds: float, what: str, answer: object) -> None:
    if time.monotonic() > deadline:
        wanted = what or "the condition"
        raise NotInTime(f"{wanted}: not within {seconds:g} s, the last answer was {answer!r}")
