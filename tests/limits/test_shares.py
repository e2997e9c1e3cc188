"""Each address has its share of the requests in flight."""

from __future__ import annotations

import asyncio

import pytest
from support.waiting import until_async

from http_limits.addresses import group_of
from http_limits.shares import Shares, TooMany


async def test_an_address_waits_for_its_own_requests_alone():
    shares, running, gate = Shares(2, seconds=0.2, waiting=1), [], asyncio.Event()

    async def request(address: str) -> None:
        async with shares.share(group_of(address)):
            running.append(address)
            await gate.wait()

    crowd = [asyncio.create_task(request("2001:db8::1")) for _ in range(3)]
    await until_async(lambda: len(running) == 2, what="two are worked on")
    with pytest.raises(TooMany):  # at once: as many wait as may
        await request("2001:db8::2")
    honest = asyncio.create_task(request("203.0.113.1"))
    await until_async(lambda: "203.0.113.1" in running, what="another address has its own share")
    with pytest.raises(TooMany):  # in the end
        await crowd[2]
    gate.set()
    await asyncio.gather(*crowd[:2], honest)
    assert not shares._shares
    await request("2001:db8::1")


async def test_who_waits_has_the_next_turn():
    shares, gate, order = Shares(1, seconds=10), asyncio.Event(), []

    async def request(name: str) -> None:
        async with shares.share("a"):
            order.append(name)
            await gate.wait()

    tasks = []
    for name in ("first", "second", "third"):
        tasks.append(asyncio.create_task(request(name)))
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert order == ["first", "second", "third"]
