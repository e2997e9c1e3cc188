"""Closes a voice of livekit-agents without leaving anything of it behind."""

from __future__ import annotations

import asyncio

from livekit.agents.voice import AgentSession


class Closing:
    """Closes a session of livekit-agents in a task of its own: cut short, it would leak tasks."""

    def __init__(self, voice: AgentSession) -> None:
        self._voice = voice
        self._task: asyncio.Task[None] | None = None

    async def within(self, seconds: float) -> bool:
        """Whether it has closed within that time; it goes on closing otherwise."""
        if self._task is None:
            self._task = asyncio.create_task(self._voice.aclose())
        await asyncio.wait({self._task}, timeout=seconds)
        return self._task.done()
