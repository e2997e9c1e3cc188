"""An agent that lives beats, also when the record refuses what it has heard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from agent_manager.shift.heartbeat import Heartbeat
from django.db import DataError
from structlog.testing import capture_logs
from support.waiting import until_async
from voice_sessions import steps as record
from voice_sessions.models import Session
from voice_sessions.queries import Look, Standing

WORDS = [{"segment": "s1", "role": "user", "text": "the words of somebody"}]


@pytest.mark.parametrize("error", [DataError("quotes: the words of somebody"), ValueError("no")])
async def test_words_that_are_refused_are_left_out_of_the_beat(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    beats: list[Any] = []
    told: list[int] = []

    async def beat(_session: str, _generation: int, progress: list[Any]) -> Look:
        if progress:
            raise error
        beats.append(progress)
        return Look(Standing.HELD, 7)

    monkeypatch.setattr(record, "beat", beat)
    monkeypatch.setattr("agent_manager.shift.heartbeat.BEAT_SECONDS", 0.01)
    session = Session(id="s", generation=1)
    with capture_logs() as logs:
        async with Heartbeat(session, lambda: WORDS, told.append) as heartbeat:  # type: ignore[arg-type,return-value]
            await until_async(lambda: len(beats) > 2, seconds=10, what="it beats")
            assert not heartbeat.task.done()
    assert set(told) == {7}, "it tells how far the person typed"
    assert "words of somebody" not in str(logs)
    await asyncio.sleep(0)
