"""Ends what an agent holds of LiveKit in tasks of their own: cut short, it would stay."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from common.tasks import Tasks, cancel
from livekit import rtc
from media_server.fixes import publishing

from agent_manager.shift.writer import EventWriter

ENTER_TIMEOUT = 4.5
LEAVE_TIMEOUT = 1.0
WRITE_TIMEOUT = 1.5
OPTIONS = rtc.RoomOptions(auto_subscribe=False)  # `hearing` says what is heard
_endings = Tasks()
"""What still goes on when nobody waits for it any more."""


def outlasting(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """The coroutine as a task that goes on, whatever becomes of whoever started it."""
    return _endings.start(coroutine)


class Visit:
    """An agent's time in a room: one that it no longer waits to enter is left once it is in."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self._entering: asyncio.Task[None] | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def enter(self, url: str, token: str) -> None:
        """Returns when it is in; raises rtc.ConnectError, and TimeoutError after 4.5 s."""
        self._entering = outlasting(self.room.connect(url, token, OPTIONS))
        async with asyncio.timeout(ENTER_TIMEOUT):
            await asyncio.shield(self._entering)

    async def leave(self) -> None:
        """Returns when it is out or after 1 s; it goes on leaving then."""
        if self._leaving is None:
            self._leaving = outlasting(self._leave())
        await asyncio.wait({self._leaving}, timeout=LEAVE_TIMEOUT)

    async def _leave(self) -> None:
        with contextlib.suppress(Exception):
            if self._entering is not None:
                await self._entering
                await publishing.settled(self.room)
            await self.room.disconnect()


async def write_all(writer: EventWriter, visit: Visit) -> None:
    """Returns when everything is stored, or never will be: a database that is away is waited for.

    The agent does not stay in the room for that.
    """
    drained = asyncio.create_task(writer.drained())
    ends = {drained, writer.task}
    try:
        done, _ = await asyncio.wait(
            ends, timeout=WRITE_TIMEOUT, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            await visit.leave()
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel(drained)
