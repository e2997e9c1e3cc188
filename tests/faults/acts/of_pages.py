"""Faults 10 and 11: the browser's tab is killed, and its network is gone for 15 s."""

from __future__ import annotations

import asyncio
import time

from support.waiting import until_async

from faults.acts.of_agents import VOICE_SECONDS
from faults.acts.of_backends import agents_stay
from faults.judges.observer import compares, ends, enters, goes_on, has_all, tells
from faults.people.browsing import Tab, chromium
from faults.registry import fault
from faults.scene import Scene

OFFLINE_SECONDS = 15.0
LEFT_SECONDS = 60.0


@fault(10, "kill -9 of the browser tab", in_ci=True, seconds=180, has_page=False)
async def killed_tab(scene: Scene) -> None:
    async with chromium(scene.cluster.url) as browser:
        tab = await _talking(scene, await browser.tab(scene.cluster.url))
        before = await tab.words()
        last_seq = await has_all(scene, tab)
        scene.mark_fault()
        await browser.kill(tab)
        await compares(scene, tab, last_seq)
        again = await browser.tab(scene.cluster.url)
        again.session_id = tab.session_id
        await again.press("continue")
        heard = await again.until_heard(scene.struck_at)
        scene.note_wait("browser", heard - scene.struck_at)
        await scene.until(5, lambda: _shows(again, before), f"the new tab shows {before}")
        await tells(scene, again)
        last_seq = await has_all(scene, again)
        await browser.kill(again)
        await _ends_as_left(scene, again)
        await compares(scene, again, last_seq)
    agents_stay(scene)


@fault(11, "browser offline for 15 s", in_ci=True, seconds=180, has_page=False)
async def offline(scene: Scene) -> None:
    async with chromium(scene.cluster.url) as browser:
        tab = await _talking(scene, await browser.tab(scene.cluster.url))
        scene.mark_fault()
        async with browser.offline():
            scene.notes.append("HTTP, WebSocket and media of the browser were cut")
            await asyncio.sleep(OFFLINE_SECONDS)
        scene.back()
        heard = await tab.until_heard(scene.back_at)
        scene.note_wait("browser", heard - scene.struck_at)
        late = heard - scene.back_at
        said = f"the page had a voice {late:.1f} s after that"
        scene.expect_in_time(late, VOICE_SECONDS + 10, said)
        await until_async(lambda: _is_caught_up(tab), what="the page's socket is caught up")
        back = [one.caught_up_at - scene.back_at for one in tab.connections[1:] if one.caught_up_at]
        scene.expect(back, "the page's socket did not break")
        scene.recoveries += back
        await goes_on(scene, tab, is_deaf=True)
    agents_stay(scene)


async def _talking(scene: Scene, tab: Tab) -> Tab:
    await enters(scene, tab)
    await until_async(lambda: _has_spoken(tab), seconds=80, what="the page's person has spoken")
    return tab


async def _shows(tab: Tab, words: list[str]) -> bool:
    return (await tab.words())[: len(words)] == words


async def _ends_as_left(scene: Scene, tab: Tab) -> None:
    gone_at = time.monotonic()
    if await ends(scene, tab, "left", LEFT_SECONDS):
        scene.notes.append(f"the session ended as left after {time.monotonic() - gone_at:.0f} s")


def _has_spoken(tab: Tab) -> bool:
    finals = [message for message in tab.messages if message.get("final")]
    return any(message["role"] == "user" for message in finals)


def _is_caught_up(tab: Tab) -> bool:
    last = tab.connections[-1]
    return last.caught_up_at is not None and last.closed_at is None
