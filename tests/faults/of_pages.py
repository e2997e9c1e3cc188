"""Faults 10 and 11: the browser's tab is killed, and its network is gone for 15 s."""

from __future__ import annotations

import asyncio
import time

from support.waiting import until_async

from .browsing import Tab, chromium
from .of_agents import VOICE_SECONDS
from .record import compare
from .registry import fault
from .scene import Scene

OFFLINE_SECONDS = 15.0
LEFT_SECONDS = 60.0


@fault(10, "kill -9 of the browser tab", in_ci=True, people=3, seconds=180)
async def killed_tab(scene: Scene) -> None:
    async with chromium(scene.cluster.url) as browser:
        tab = await _talking(scene, await browser.tab(scene.cluster.url))
        before = await tab.words()
        scene.strike()
        await browser.kill(tab)
        again = await browser.tab(scene.cluster.url)
        again.session_id = tab.session_id
        await again.press("continue")
        scene.waits["browser"] = await again.until_heard(scene.struck_at) - scene.struck_at
        await scene.until(5, lambda: _shows(again, before), f"the new tab shows {before}")
        await _tells(scene, again)
        await browser.kill(again)
        await _ends_as_left(scene, again)
        await _compare(scene, again)


@fault(11, "browser offline for 15 s", in_ci=True, people=3, seconds=180)
async def offline(scene: Scene) -> None:
    async with chromium(scene.cluster.url) as browser:
        tab = await _talking(scene, await browser.tab(scene.cluster.url))
        scene.strike()
        async with browser.offline():
            scene.notes.append("HTTP, WebSocket and media of the browser were cut")
            await asyncio.sleep(OFFLINE_SECONDS)
        scene.back()
        heard = await tab.until_heard(scene.back_at)
        scene.waits["browser"] = heard - scene.struck_at
        late = heard - scene.back_at
        said = f"the page had a voice {late:.1f} s after that"
        scene.expect_in_time(late <= VOICE_SECONDS + 10, said)
        await until_async(lambda: _is_caught_up(tab), what="the page's socket is caught up")
        back = [one.caught_up_at - scene.back_at for one in tab.connections[1:] if one.caught_up_at]
        scene.expect(back, "the page's socket did not break")
        scene.recoveries += back
        scene.expect(await tab.stage() == "live", f"the page is {await tab.stage()}, not live")
        await _tells(scene, tab)
        await tab.press("stop")
        await _ended(scene, tab, "stopped", 15)
        await _compare(scene, tab)


async def _talking(scene: Scene, tab: Tab) -> Tab:
    begun = time.monotonic()
    await tab.press("start")
    await tab.until_heard(begun)
    await tab.find_session()
    await until_async(lambda: _has_spoken(tab), seconds=80, what="the page's person has spoken")
    scene.others.append(tab.session_id)
    return tab


async def _shows(tab: Tab, words: list[str]) -> bool:
    return (await tab.words())[: len(words)] == words


async def _tells(scene: Scene, tab: Tab) -> None:
    scene.told += [f"“{words}”" for words in await tab.said()]


async def _ends_as_left(scene: Scene, tab: Tab) -> None:
    gone_at = time.monotonic()
    if await _ended(scene, tab, "left", LEFT_SECONDS):
        scene.notes.append(f"the session ended as left after {time.monotonic() - gone_at:.0f} s")


async def _ended(scene: Scene, tab: Tab, reason: str, seconds: float) -> bool:
    async def ended() -> str:
        row = await scene.store.session(tab.session_id)
        return row["end_reason"] if row["state"] == "ended" else ""

    found = await scene.until(seconds, ended, f"the page's session ends as {reason}")
    scene.expect(found in (None, reason), f"the page's session ended as {found}")
    return bool(found)


async def _compare(scene: Scene, tab: Tab) -> None:
    """What the page's sockets brought against the store, up to where the page was there."""
    stored = await scene.store.events(tab.session_id)
    last_seq = max((message["seq"] for message in tab.messages), default=0)
    scene.findings += compare([event for event in stored if event["seq"] <= last_seq], [tab])


def _has_spoken(tab: Tab) -> bool:
    finals = [message for message in tab.messages if message.get("final")]
    return any(message["role"] == "user" for message in finals)


def _is_caught_up(tab: Tab) -> bool:
    last = tab.connections[-1]
    return last.caught_up_at is not None and last.closed_at is None
