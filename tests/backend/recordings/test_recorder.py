"""A recording that cannot go on ends by itself, and its person is told."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.recording.keeper import NOT_RECORDED
from agent_manager.shift import recorder
from agent_manager.shift.recorder import Recorder
from agents.resolving import resolve
from asgiref.sync import sync_to_async
from fakes.recorded import recorded_session, tone
from support.waiting import until_async
from voice_sessions.events import Message
from voice_sessions.models import Session

pytestmark = pytest.mark.usefixtures("record")


class Broken:
    """An encoder as a library without its codec has it."""

    def encode(self, *_: object) -> list[bytes]:
        raise OSError("no such codec")


async def test_what_cannot_be_encoded_ends_the_recording_and_is_not_kept_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorder, "Encoder", Broken)
    monkeypatch.setattr(recorder, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(recorder, "LATE", 0.0)
    monkeypatch.setattr(recorder, "PIECE_SAMPLES", recorder.PACKET_SAMPLES)
    session = await Session.objects.aget(id=await sync_to_async(recorded_session)())
    told: list[Message] = []
    deaf: Any = SimpleNamespace(
        input=SimpleNamespace(audio=None), output=SimpleNamespace(audio=None)
    )
    async with Recorder(session, replace(resolve(), recording="ask"), told.append) as recording:
        recording.begin(deaf)
        await until_async(lambda: told, what="it is told")
        assert told == [NOT_RECORDED]
        recording._hear_person(time.monotonic(), tone(0.02))
        assert recording._person._runs == []
