"""Wake-ups through a channel layer that does not answer, and events whose commit was not told."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from agent_manager import record
from agent_manager.writer import EventWriter
from asgiref.sync import sync_to_async
from channels_app import broadcast
from django.db import IntegrityError
from voice_sessions.events import Speech


class SilentLayer:
    """Takes everything and never answers."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.Event().wait()


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("send", ["words", "wake_ups"])
async def test_nothing_queues_up_behind_a_layer_that_does_not_answer(
    send: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "get_channel_layer", SilentLayer)
    monkeypatch.setattr(broadcast, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(broadcast, "_silent_until", 0.0)
    begun = time.monotonic()
    for _ in range(30):
        if send == "words":
            await broadcast.send_transient("s", {"text": "Hi"})
        else:
            await sync_to_async(broadcast.announce_stored)("s", 1)
    assert time.monotonic() - begun < 1.5


async def test_an_event_that_is_stored_already_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = []

    async def append(_session_id: str, _generation: int, message: Speech) -> None:
        if message.segment == "twice":
            raise IntegrityError
        stored.append(message.segment)

    monkeypatch.setattr(record, "append", append)
    writer = EventWriter("s", 1)
    for segment in ("twice", "next"):
        writer.emit(Speech(role="user", event="speech_started", segment=segment))
    running = asyncio.create_task(writer.run())
    async with asyncio.timeout(10):
        await writer.drained()
    running.cancel()
    assert stored == ["next"]
