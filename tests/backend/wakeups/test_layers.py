"""The channel layer, in memory and on Redis: who stops listening is let go, and leaves nothing."""

from __future__ import annotations

import asyncio

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer
from wakeups import layers
from wakeups.layers import InMemoryLayer, PatientLayer

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
        ended, _ = await asyncio.wait({listening}, timeout=20.0)
        assert ended, f"it listens on after being cancelled {turns} turns of the loop later"


@pytest.mark.usefixtures("record")
async def test_a_channel_that_is_forgotten_leaves_nothing() -> None:
    layer = get_channel_layer()
    if not isinstance(layer, PatientLayer):
        pytest.skip("memory drops it by itself")
    gone, here = await layer.new_channel(), await layer.new_channel()
    for channel in (gone, here):
        await layer.group_add("group", channel)
    await layer.group_discard("group", gone)
    layer.forget(gone)
    await layer.group_send("group", {"type": "now"})
    assert (await asyncio.wait_for(layer.receive(here), 5))["type"] == "now"
    await layer.group_discard("group", here)
    layer.forget(here)
    within = layer._get_layer()
    assert not within.channels and not within.groups and not within._shards[0]._subscribed_to


@pytest.mark.usefixtures("record")
async def test_of_too_many_messages_the_newest_stay() -> None:
    layer = get_channel_layer()
    if not isinstance(layer, PatientLayer):
        pytest.skip("memory has a test of its own")
    layer._capacity = 2
    slow, quick = await layer.new_channel(), await layer.new_channel()
    for channel in (slow, quick):
        await layer.group_add("group", channel)
    for n in range(4):
        await layer.group_send("group", {"type": "news", "n": n})
        assert (await asyncio.wait_for(layer.receive(quick), 5))["n"] == n
    assert [(await layer.receive(slow))["n"] for _ in range(2)] == [2, 3]


@pytest.mark.usefixtures("record")
async def test_each_of_many_listeners_gets_what_its_group_was_sent() -> None:
    layer = get_channel_layer()
    channels = [await layer.new_channel() for _ in range(100)]
    for number, channel in enumerate(channels):
        await layer.group_add(f"group-{number % 50}", channel)
    listening = [asyncio.create_task(layer.receive(channel)) for channel in channels]
    await asyncio.gather(
        *(layer.group_send(f"group-{n}", {"type": "news", "n": n}) for n in range(50))
    )
    got = await asyncio.wait_for(asyncio.gather(*listening), 10)
    assert [message["n"] for message in got] == [n % 50 for n in range(100)]
    await layer.group_send("group-none", {"type": "news"})


async def test_what_a_message_costs_does_not_grow_with_the_listeners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[object] = []
    monkeypatch.setattr(InMemoryChannelLayer, "_clean_expired", lambda self: looks.append(self))
    layer = InMemoryLayer()
    for _ in range(100):
        await layer.group_send("group", {"type": "news"})
    assert len(looks) == 1
    monkeypatch.setattr(layers, "CLEANED_SECONDS", -1.0)
    await layer.group_send("group", {"type": "news"})
    assert len(looks) == 2, "what nobody took is dropped in the end"


async def test_a_listener_that_takes_nothing_keeps_nothing_from_the_others() -> None:
    layer = InMemoryLayer(capacity=2)
    for channel in ("asleep", "awake"):
        await layer.group_add("group", channel)
    for n in range(4):
        await layer.group_send("group", {"type": "news", "n": n})
        assert (await layer.receive("awake"))["n"] == n
