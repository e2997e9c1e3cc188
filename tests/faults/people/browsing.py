"""A person with a real Chromium, and the ways in which browser and network fail."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import BrowserContext, Page, WebSocket, async_playwright
from support.browser import QUIET_FLAGS, SAMPLE, chromium_path
from support.networks.cut_proxy import Proxy, proxy
from support.speech import line, write_wav
from support.waiting import until_async

from faults.people.follower import Connection
from faults.people.person import LINES

PATIENCE = 30_000
FLAGS = (
    *QUIET_FLAGS,
    "--ignore-certificate-errors",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
NOTE_WORDS = """
  const said = (window.__said = []);
  const levels = (window.__levels = []);
  const read = () => {
    for (const id of ["line", "trouble-headline", "ending"]) {
      const element = document.getElementById(id);
      const words = element?.offsetParent ? element.textContent.trim() : "";
      if (words && said.at(-1) !== words) said.push(words);
    }
  };
  const options = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(read).observe(document.getElementById("card"), options);
  const note = (loudness) => loudness > 0.01 && levels.push(Date.now());
"""
WATCH = f"() => {{{NOTE_WORDS}{SAMPLE}}}"


class Tab:
    """A tab at the page, and what its sockets brought; `connections` as a follower has them."""

    def __init__(self, page: Page, session_id: str = "") -> None:
        self.page = page
        self.connections: list[Connection] = []
        self.session_id = session_id
        page.set_default_timeout(PATIENCE)
        page.on("websocket", self._on_socket)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every durable message so far."""
        return [message for one in self.connections for message in one.durable]

    async def open(self, url: str) -> Tab:
        """Goes to the page and begins to watch it."""
        await self.page.goto(f"{url}/chat")
        await self.page.evaluate(WATCH)
        return self

    async def press(self, button: str) -> None:
        """Presses a button of the page."""
        await self.page.click(f"#{button}")

    async def phase(self) -> str:
        """What the page shows: ready, live, trouble, ended, ..."""
        return await self.page.get_attribute("#card", "data-phase") or ""

    async def words(self) -> list[str]:
        """The settled words in the order in which the page shows them."""
        entries = self.page.locator('#log li[data-final="true"] .words')
        return [text.strip() for text in await entries.all_inner_texts()]

    async def said(self) -> list[str]:
        """The sentences about its state that the page has shown."""
        return [str(words) for words in await self.page.evaluate("() => window.__said")]

    async def heard_after(self, moment: float) -> float | None:
        """When, on the monotonic clock, sound was first played after that moment."""
        since = (moment + time.time() - time.monotonic()) * 1000
        found = await self.page.evaluate("s => window.__levels.find(at => at > s)", since)
        return None if found is None else found / 1000 - time.time() + time.monotonic()

    async def until_heard(self, moment: float, seconds: float = 40) -> float:
        """Waits for sound after that moment; when it was."""
        heard = await until_async(
            lambda: self.heard_after(moment), seconds=seconds, what="the page plays a voice"
        )
        return float(heard or 0)

    async def find_session(self) -> str:
        """The session that the tab is in, as it remembers it."""
        stored = "() => sessionStorage.getItem('voice-agent.session')"
        saved = await until_async(lambda: self.page.evaluate(stored), what="the tab has a session")
        self.session_id = str(json.loads(saved or "")["session_id"])
        return self.session_id

    def _on_socket(self, socket: WebSocket) -> None:
        if "/ws/transcript/" not in socket.url:
            return
        after = int(parse_qs(urlsplit(socket.url).query).get("after", ["0"])[0])
        connection = Connection(after)
        for earlier in self.connections:
            # The page had let go of that socket when these frames came: it asks for them again.
            earlier.durable[:] = [each for each in earlier.durable if each["seq"] <= after]
        self.connections.append(connection)
        socket.on("framereceived", lambda data: self._received(connection, data))
        socket.on("close", lambda _: setattr(connection, "closed_at", time.monotonic()))

    def _received(self, connection: Connection, data: str | bytes) -> None:
        message = json.loads(data)
        if message.get("event") == "caught_up":
            connection.recovered, connection.caught_up_at = message["recovered"], time.monotonic()
        elif "seq" in message and connection is self.connections[-1]:
            connection.durable.append({**message, "received": time.monotonic()})


AGREED = "localStorage.setItem('voice-agent.recorded', 'yes')"
"""What the page remembers of somebody who agreed to be recorded."""


class Chromium:
    """A browser process, for the faults that are done to it; the site is behind a proxy."""

    def __init__(self, context: BrowserContext, profile: str, network: Proxy) -> None:
        self.context = context
        self._profile = profile
        self._network = network

    async def tab(self, url: str) -> Tab:
        """A new tab of the same visitor at the page."""
        page = await self.context.new_page()
        await page.add_init_script(AGREED)
        return await Tab(page).open(url)

    async def kill(self, tab: Tab) -> None:
        """kill -9 of every process that shows a page, that tab's among them."""
        async with tab.page.expect_event("crash"):
            for pid in self._processes("--type=renderer"):
                os.kill(pid, signal.SIGKILL)

    @asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        """No network for the block: every connection breaks, and no media packet comes or goes.

        The browser is told that it is offline; its network process, which holds all sockets of
        HTTP, WebSocket and WebRTC, is stopped; and the proxy breaks the connections to the site.
        """
        network = self._processes("network.mojom.NetworkService")
        assert network, "the browser has no network process"
        await self.context.set_offline(True)
        for pid in network:
            os.kill(pid, signal.SIGSTOP)
        assert self._network.cut(), "the browser had no connection"
        try:
            yield
        finally:
            for pid in network:
                os.kill(pid, signal.SIGCONT)
            await self.context.set_offline(False)

    def _processes(self, flag: str) -> list[int]:
        """The processes of this browser that were started with a flag."""
        main = [
            pid for pid, words in _command_lines() if f"--user-data-dir={self._profile}" in words
        ]
        family = _descendants(set(main))
        return [pid for pid, words in _command_lines() if pid in family and flag in words]


@asynccontextmanager
async def chromium(url: str) -> AsyncIterator[Chromium]:
    """A browser at that site whose microphone says a line every now and then, for the block."""
    site = urlsplit(url)
    folder_of_browser = tempfile.TemporaryDirectory(prefix="faults-browser-")
    with proxy(site.port or 443) as network, folder_of_browser as folder:
        spoken = line(14.0, LINES[0], 12.0, LINES[1], 12.0, LINES[2], 12.0)
        microphone = write_wav(Path(folder) / "microphone.wav", spoken)
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                f"{folder}/profile",
                executable_path=chromium_path(),
                args=[
                    *FLAGS,
                    f"--use-file-for-fake-audio-capture={microphone}",
                    f"--host-resolver-rules=MAP {site.hostname} 127.0.0.1:{network.port}",
                ],
                ignore_https_errors=True,
                headless=True,
            )
            try:
                yield Chromium(context, f"{folder}/profile", network)
            finally:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(10):
                        await context.close()


def _command_lines() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            text = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            found.append((int(folder.name), text))
    return found


def _descendants(pids: set[int]) -> set[int]:
    """These processes and all that they started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, AttributeError):
            stat = (folder / "stat").read_text().rpartition(")")[2]
            parents[int(folder.name)] = int(re.split(r"\s+", stat.strip())[1])
    family = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family
