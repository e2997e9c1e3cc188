"""How an agent leaves while the database is away, or when another agent has its session."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.shift import leaving, shift
from agent_manager.shift.heartbeat import Departure
from agent_manager.shift.writer import EventWriter
from django.db import OperationalError
from support.waiting import until_async
from voice_sessions import steps as record
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.endings import EndReason
from voice_sessions.events import Speech
from voice_sessions.models import Session
from voice_sessions.queries import Standing

SPOKE = Speech(role="user", event="speech_started", segment="u")


class Visit:
    """An agent's time in a room, which notes that it was left."""

    is_left = False

    async def leave(self) -> None:
        self.is_left = True


def answers(*results: Any) -> Any:
    """A step of the record that gives or raises one of these after the other."""
    left = list(results)

    async def step(*_args: Any) -> Any:
        result = left.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return step


async def ends(monkeypatch: pytest.MonkeyPatch, end: Any, standing: Any = None) -> Departure:
    monkeypatch.setattr(record, "end", end)
    monkeypatch.setattr(record, "standing", standing)
    return await shift.end(Session(id="s", generation=1), EndReason.IDLE)


async def test_an_end_waits_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    end = answers(OperationalError(), OperationalError(), True)
    assert await ends(monkeypatch, end) is Departure.ENDED


@pytest.mark.parametrize(
    ("standing", "departure"),
    [(Standing.LOST, Departure.REPLACED), (Standing.ENDING, Departure.ENDED)],
)
async def test_who_could_not_end_it_learns_why(
    monkeypatch: pytest.MonkeyPatch, standing: Standing, departure: Departure
) -> None:
    assert await ends(monkeypatch, answers(False), answers(standing)) is departure


async def test_what_was_heard_is_kept_until_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_back = asyncio.Event()
    stored: list[Any] = []

    async def append(_session: str, _generation: int, message: Any, _key: str) -> None:
        if not is_back.is_set():
            raise OperationalError
        stored.append(message)

    monkeypatch.setattr(record, "append", append)
    monkeypatch.setattr(leaving, "WRITE_TIMEOUT", 0.1)
    writer, visit = EventWriter("s", 1), Visit()
    writer.emit(SPOKE)
    async with writer:
        all_written = asyncio.create_task(leaving.write_all(writer, visit))  # type: ignore[arg-type]
        await until_async(lambda: visit.is_left, seconds=10, what="the room is left")
        is_back.set()
        async with asyncio.timeout(10):
            await all_written
    assert stored == [SPOKE]


async def test_who_was_refused_waits_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "append", answers(AppendRefused("s")))
    writer = EventWriter("s", 1)
    writer.emit(SPOKE)
    writer.emit(SPOKE)
    async with asyncio.timeout(10), writer:
        await leaving.write_all(writer, SimpleNamespace())  # type: ignore[arg-type]
    assert isinstance(writer.task.exception(), AppendRefused)
