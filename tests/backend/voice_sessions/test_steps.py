"""Steps of the record wait for a database that is away, and for nothing else."""

from __future__ import annotations

import asyncio
import math
import time

import pytest
from django.db import Error, IntegrityError, InterfaceError, OperationalError, connection
from voice_sessions.steps import WRITER, patient, step


class Step:
    """A step that raises these, one a call, and then answers."""

    def __init__(self, *errors: type[Error]) -> None:
        self._errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "answer"


async def test_a_database_that_is_away_is_asked_again() -> None:
    asked = Step(OperationalError, InterfaceError)
    assert await patient(asked, math.inf, 0)() == "answer"
    assert asked.calls == 3


async def test_patience_ends() -> None:
    asked = Step(*[OperationalError] * 3)
    with pytest.raises(OperationalError):
        await patient(asked, -1, 0)()
    assert asked.calls == 1


async def test_what_is_stored_already_is_no_reason_to_wait() -> None:
    asked = Step(IntegrityError)
    with pytest.raises(IntegrityError):
        await patient(asked, math.inf, 0)()
    assert asked.calls == 1


@pytest.mark.usefixtures("record")
async def test_writes_of_sqlite_go_one_after_another() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL writes many things at once")
    told: list[str] = []

    def write() -> None:
        told.append("begins")
        time.sleep(0.005)
        told.append("ends")

    await asyncio.gather(*(step(write, WRITER)() for _ in range(8)))
    assert told == ["begins", "ends"] * 8
