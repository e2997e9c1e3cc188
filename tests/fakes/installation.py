"""Rooms, a clock that only the test moves, and a real supervisor and record between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from agent_manager.supervision import recovery
from agent_manager.supervision.supervisor import Supervisor
from channels.db import database_sync_to_async
from media_server import removal, rooms
from media_server.rooms import Plan, View
from voice_sessions.actions import generations, sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.models import Session

GRACE = 20
"""SESSION_GRACE_SECONDS of the tests with an installation."""


class AskedRuntime:
    """Notes which agents were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.held: set[str] = set()
        self.settled: list[str] = []

    def holds(self, session_id: str) -> bool:
        return session_id in self.held

    async def settle(self, session_id: str) -> None:
        self.settled.append(session_id)

    async def send_successor(self, session: Session) -> None:
        assert session.get_deferred_fields() <= {"progress", "summary"}, (
            "an agent reads all of the rest, on its event loop"
        )
        self.asked.append((session.id, session.generation))


class Installation:
    """The rooms, a clock that only the test moves, and a supervisor that looks when it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.runtime = AskedRuntime()
        self.views: dict[str, View] = {}
        self.removed: list[tuple[str, str]] = []
        self.taken_away = Plan()
        self.is_livekit_down = False
        monkeypatch.setattr(rooms, "look", self._look)
        monkeypatch.setattr(rooms, "look_at", self._look_at)
        monkeypatch.setattr(rooms, "take_away", self._take_away)
        monkeypatch.setattr(recovery, "remove_participant", self._remove)
        monkeypatch.setattr(removal, "remove_participant", self._remove)
        self.supervisor = Supervisor(self.runtime, lambda: self.now)  # type: ignore[arg-type]

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.now += 0.5
            await self.supervisor.tick()
            await self._acted()

    async def _acted(self) -> None:
        running = self.supervisor._tasks._running
        if running:
            await asyncio.wait(running, timeout=10)

    async def _look(self, names: Iterable[str]) -> dict[str, View]:
        if self.is_livekit_down:
            raise TimeoutError
        return dict(self.views)

    async def _look_at(self, name: str) -> View | None:
        return (await self._look([name])).get(name)

    async def _take_away(self, what: Plan) -> None:
        self.taken_away.agents |= what.agents
        self.taken_away.rooms |= what.rooms

    async def _remove(self, room: str, identity: str) -> None:
        self.removed.append((room, identity))
        if (view := self.views.get(room)) and identity in view.people:
            passes = {who: its for who, its in view.passes.items() if who != identity}
            people = view.people - {identity}
            self.views[room] = replace(view, people=people, passes=passes)

    async def session_without_an_agent(self) -> Session:
        """A session that goes on, its person in the room and its agent silent from now on."""
        created = await in_thread(_active)()
        agent = frozenset({created.livekit_agent_identity})
        self.views["room"] = View("room", True, people=frozenset({"ada"}), agents=agent)
        await self.supervisor.tick()
        return created


def in_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function for the event loop: it runs in a thread with a database connection."""
    return database_sync_to_async(function, thread_sensitive=False)


async def state_of(session: Session) -> tuple[str, str, int]:
    """State, reason of the end, and generation, as they are stored now."""
    fresh = await Session.objects.aget(id=session.id)
    return fresh.state, fresh.end_reason, fresh.generation


def _active() -> Session:
    created, _ = sessions.start(NewSession("local", "room", "ada"))
    generations.claim(created.id, 1)
    sessions.activate(created.id, 1)
    sessions.person_came(created.id)
    generations.beat(created.id, 1, [])
    return Session.objects.get(id=created.id)
