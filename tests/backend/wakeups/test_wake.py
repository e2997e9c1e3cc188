"""Wake-ups through a channel layer that does not answer."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from support.limits import in_time
from wakeups import wake


class SilentLayer:
    """Takes everything and never answers."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.Event().wait()


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("send", ["words", "wake_ups"])
async def test_nothing_queues_up_behind_a_layer_that_does_not_answer(
    send: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "get_channel_layer", SilentLayer)
    monkeypatch.setattr(wake, "SEND_SECONDS", 2.0)
    monkeypatch.setattr(wake, "_silent_until", 0.0)
    begun = time.monotonic()
    for _ in range(30):
        if send == "words":
            await wake.transient("s", {"text": "Hi"})
        else:
            await sync_to_async(wake.announce_stored)("s", 1)
    assert in_time(time.monotonic() - begun, 3.0)


class BusyLayer:
    """Does not answer the first message, and takes the others."""

    def __init__(self) -> None:
        self.asked = 0
        self.taken: list[str] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.asked += 1
        if self.asked == 1:
            await asyncio.Event().wait()
        self.taken.append(message["type"])


async def test_a_lost_agent_is_told_also_when_the_layer_has_just_not_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = BusyLayer()
    monkeypatch.setattr(wake, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(wake, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(wake, "_silent_until", 0.0)
    await wake.transient("s", {"text": "Hi"})
    await wake.transient("s", {"text": "Hi there"})
    await wake.agent_gone("s", 1)
    assert layer.taken == ["agent.gone"]
