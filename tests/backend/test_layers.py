"""The channel layer, in memory and on Redis: who stops listening is let go at once."""

from __future__ import annotations

import asyncio

import pytest
from channels.layers import get_channel_layer

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
