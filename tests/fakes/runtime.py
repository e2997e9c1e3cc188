"""A runtime without agents: it records what it was asked and keeps the contract of Runtime."""

from __future__ import annotations

import asyncio

from channels.db import database_sync_to_async
from voice_sessions.actions import sessions
from voice_sessions.endings import EndReason
from voice_sessions.models import Session, State


class FakeRuntime:
    """Starts nothing. `refuse` makes a start fail; a cleared `gate` holds starts back."""

    def __init__(self) -> None:
        self.opened = False
        self.started: list[str] = []
        self.settled: list[str] = []
        self.refuse: type[BaseException] | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        self.opened = True

    async def start(self, session_id: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.started.append(session_id)
        await self.gate.wait()
        if self.refuse:
            raise self.refuse(session_id)

    async def send_successor(self, session: Session) -> None:
        self.started.append(session.id)

    def holds(self, session_id: str) -> bool:
        return False

    async def settle(self, session_id: str) -> None:
        self.settled.append(session_id)
        await _step(sessions.finish)(session_id)

    async def shutdown(self) -> None:
        await _step(_end_all)()


def _end_all() -> None:
    for session_id in Session.objects.exclude(state=State.ENDED).values_list("id", flat=True):
        sessions.end(session_id, EndReason.SHUTDOWN)
        sessions.finish(session_id)


def _step(function):  # type: ignore[no-untyped-def]
    return database_sync_to_async(function, thread_sensitive=False)
