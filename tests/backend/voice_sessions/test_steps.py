"""Steps of the record wait for a database that is away, and for nothing else."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import (
    Error,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)
from voice_sessions.steps import patient, step


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
    step = Step(OperationalError, InterfaceError)
    assert await patient(step, math.inf, 0)() == "answer"
    assert step.calls == 3


async def test_patience_ends() -> None:
    step = Step(*[OperationalError] * 3)
    with pytest.raises(OperationalError):
        await patient(step, -1, 0)()
    assert step.calls == 1


async def test_what_is_stored_already_is_no_reason_to_wait() -> None:
    step = Step(IntegrityError)
    with pytest.raises(IntegrityError):
        await patient(step, math.inf, 0)()
    assert step.calls == 1


@pytest.mark.django_db
@pytest.mark.skipif("postgresql" in settings.DATABASES["default"]["ENGINE"], reason="has a pool")
async def test_steps_of_a_thread_share_a_connection() -> None:
    with ThreadPoolExecutor(max_workers=1) as thread:
        connected = step(_connection, thread)
        try:
            assert await connected() is await connected()
        finally:
            thread.submit(connections.close_all).result()


def _connection() -> object:
    connection.ensure_connection()
    return connection.connection
