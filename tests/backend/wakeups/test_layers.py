"""The channel layer, in memory and on Redis: who stops listening is let go, and leaves nothing."""

from __future__ import annotations

import asyncio

import pytest
from channels.layers import get_channel_layer
from support.waiting import until_async
from wakeups.layers import PatientLayer

TURNS = range(100)
"""How often the event loop turns before the listener stops: at each it is somewhere else."""
TIMES = 3


@pytest.mark.usefixtures("record")
async def test_who_stops_listening_is_let_go_wherever_it_waits() -> None:
    layer = get_channel_layer()
    for turns in [turns for turns in TURNS for _ in range(TIMES)]:
        listening = asyncio.create_task(layer.receive(await layer.new_channel()))
        for _ in range(turns):
            await asyncio.sleep(0)
        listening.cancel()
        ended, _ = await asyncio.wait({listening}, timeout=2.0)
        assert ended, f"it listens on after being cancelled {turns} turns of the loop later"


@pytest.mark.usefixtures("record")
async def test_what_came_for_one_that_listens_no_more_can_be_dropped() -> None:
    layer = get_channel_layer()
    if not isinstance(layer, PatientLayer):
        pytest.skip("memory drops it by itself")
    gone, here = await layer.new_channel(), await layer.new_channel()
    listening = asyncio.create_task(layer.receive(here))
    await layer.send(gone, {"type": "late"})
    await until_async(lambda: gone in layer.receive_buffer, what="it came")
    layer.forget(gone)
    assert gone not in layer.receive_buffer
    await layer.send(here, {"type": "now"})
    assert (await asyncio.wait_for(listening, 5))["type"] == "now"
