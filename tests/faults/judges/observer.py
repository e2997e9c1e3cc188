"""A person with a real browser who talks while a fault is done, and what the page told them."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from support.waiting import until_async

from faults.judges.record import compare
from faults.judges.segments import unsettled
from faults.people.browsing import Tab, chromium
from faults.scene import Scene

LIVE_SECONDS = 20.0
REPLY_SECONDS = 40.0
END_SECONDS = 15.0


@asynccontextmanager
async def observer(scene: Scene) -> AsyncIterator[Tab]:
    """A tab that is in a session for the block."""
    async with chromium(scene.cluster.url) as browser:
        tab = await browser.tab(scene.cluster.url)
        await enters(scene, tab)
        yield tab


async def enters(scene: Scene, tab: Tab) -> None:
    """Presses Start and waits for the greeting."""
    begun = time.monotonic()
    await tab.press("start")
    await tab.until_heard(begun)
    await tab.find_session()
    scene.others.append(tab.session_id)


async def goes_on(scene: Scene, tab: Tab, *, is_deaf: bool) -> None:
    """The page is live and audible, or comes back so, and Stop ends it; nothing is lost."""
    try:
        await _has_gone_on(scene, tab)
    finally:
        await tells(scene, tab)
    last_seq = await has_all(scene, tab)
    await tab.press("stop")
    await ends(scene, tab, "stopped", END_SECONDS)
    await until_async(lambda: tab.connections[-1].closed_at, what="the page's socket is closed")
    is_told = any(message.get("event") == "session_ended" for message in tab.messages)
    if not is_told:
        scene.notes.append("the page did not wait for its session's last event")
    await compares(scene, tab, math.inf if is_told else last_seq)
    found = [] if is_deaf else unsettled(await scene.store.events(tab.session_id))
    scene.expect(not found, f"segments of the page ({tab.session_id}): {found}")


async def has_all(scene: Scene, tab: Tab) -> int:
    """The last number in the store, once the page has it."""
    last_seq = int((await scene.store.session(tab.session_id))["last_seq"])

    def has_come() -> bool:
        return any(message["seq"] >= last_seq for message in tab.messages)

    await scene.until(5, has_come, f"the page has event {last_seq}")
    return last_seq


async def tells(scene: Scene, tab: Tab) -> None:
    """Notes what the page has said since it went live."""
    scene.told += [f"“{words}”" for words in await tab.said()]


async def ends(scene: Scene, tab: Tab, reason: str, seconds: float) -> bool:
    """Whether the page's session ends for that reason within that time."""

    async def ended() -> str:
        row = await scene.store.session(tab.session_id)
        return row["end_reason"] if row["state"] == "ended" else ""

    found = await scene.until(seconds, ended, f"the page's session ends as {reason}")
    scene.expect(found in (None, reason), f"the page's session ended as {found}")
    return bool(found)


async def compares(scene: Scene, tab: Tab, up_to: float = math.inf) -> None:
    """What the page's sockets brought against the store, up to a number."""
    stored = [e for e in await scene.store.events(tab.session_id) if e["seq"] <= up_to]
    for connection in tab.connections:
        connection.durable[:] = [e for e in connection.durable if e["seq"] <= up_to]
    scene.findings += compare(stored, [tab])


async def _has_gone_on(scene: Scene, tab: Tab) -> None:
    async def is_live() -> bool:
        return await tab.phase() == "live"

    await scene.until(LIVE_SECONDS, is_live, "the page is live")
    await until_async(
        lambda: tab.heard_after(scene.back_at), seconds=REPLY_SECONDS, what="the page has a voice"
    )
