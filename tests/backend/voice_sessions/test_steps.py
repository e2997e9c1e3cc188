"""Steps of the record wait for a database that is away, and for nothing else."""

from __future__ import annotations

import math

import pytest
from django.db import Error, IntegrityError, InterfaceError, OperationalError
from voice_sessions.steps import patient


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
