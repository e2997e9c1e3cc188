"""Ends what an agent holds of LiveKit in tasks of their own: cut short, it would stay for ever."""

from __future__ import annotations

import asyncio
import contextlib

from common.tasks import Tasks
from livekit import rtc
from livekit.agents.voice import AgentSession
from media_server.fixes import publishing

from agent_manager.listeners.listeners import Listeners

ENTER_TIMEOUT = 4.5
LEAVE_TIMEOUT = 1.0
OPTIONS = rtc.RoomOptions(auto_subscribe=False)  # `hearing` says what is heard
_endings = Tasks()
"""What still goes on when nobody waits for it any more."""


class Visit:
    """An agent's time in a room: one that it no longer waits to enter is left once it is in."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self._entering: asyncio.Task[None] | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def enter(self, url: str, token: str) -> None:
        """Returns when it is in; raises rtc.ConnectError, and TimeoutError after 4.5 s."""
        self._entering = _endings.start(self.room.connect(url, token, OPTIONS))
        async with asyncio.timeout(ENTER_TIMEOUT):
            await asyncio.shield(self._entering)

    async def leave(self) -> None:
        """Returns when it is out or after 1 s; it goes on leaving then."""
        if self._leaving is None:
            self._leaving = _endings.start(self._leave())
        await asyncio.wait({self._leaving}, timeout=LEAVE_TIMEOUT)

    async def _leave(self) -> None:
        with contextlib.suppress(Exception):
            if self._entering is not None:
                await self._entering
                await publishing.settled(self.room)
            await self.room.disconnect()


class Closing:
    """The end of a session of livekit-agents and of who listens to it."""

    def __init__(self, voice: AgentSession, listeners: Listeners) -> None:
        self._voice = voice
        self._listeners = listeners
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> asyncio.Task[None]:
        """Closes from now on, whatever becomes of the caller."""
        if self._task is None:
            self._task = _endings.start(self._close())
        return self._task

    async def within(self, seconds: float) -> bool:
        """Whether it has closed within that time; it goes on closing otherwise."""
        task = self.begin()
        await asyncio.wait({task}, timeout=seconds)
        return task.done()

    async def _close(self) -> None:
        try:
            await self._voice.aclose()
        finally:
            await self._listeners.aclose()
