"""Wake-ups through a channel layer that does not answer."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels_app import broadcast


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
