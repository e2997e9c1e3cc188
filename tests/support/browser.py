"""A real Chromium with a spoken microphone, and what a person does and sees in a tab of it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright, expect

from .processes import share_niceness
from .waiting import until

QUIET_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAKES_PICTURES = bool(os.environ.get("TESTS_PICTURES"))
LOOK_SECONDS = 0.2
"""How often one looks at the page: each look costs a browser that has sound to play."""
PATIENCE = 30_000
"""Milliseconds for which the page is given to show something on a noisy machine."""

SAMPLE = """
  const context = new AudioContext();
  const heard = new Set();
  setInterval(() => {
    for (const { srcObject } of document.querySelectorAll("#audio audio")) {
      if (!srcObject || heard.has(srcObject)) continue;
      heard.add(srcObject);
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(srcObject).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        note(Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length));
      }, 20);
    }
  }, 20);
"""
"""Calls `note` with the loudness of everything that the page plays, 50 times a second."""

LISTEN = f"""() => {{
  const level = {{ now: 0, loudest: 0 }};
  window.__agentLevel = level;
  const note = (loudness) => {{
    level.now = loudness;
    if (loudness > 0.01 && !level.firstAt) level.firstAt = performance.now();
    level.loudest = Math.max(level.loudest, loudness);
  }};
  {SAMPLE}
}}"""

RECORD_ICE_SERVERS = """
  const Connection = window.RTCPeerConnection;
  window.__iceServers = [];
  window.RTCPeerConnection = class extends Connection {
    constructor(options) {
      super(options);
      window.__iceServers.push(...(options?.iceServers ?? []).flatMap(({ urls }) => urls));
    }
    setConfiguration(options) {
      window.__iceServers.push(...(options?.iceServers ?? []).flatMap(({ urls }) => urls));
      super.setConfiguration(options);
    }
  };
"""

RECORD_BADGES = """() => {
  const seen = { user: [], agent: [] };
  window.__badges = seen;
  for (const role of ["user", "agent"]) {
    const badge = document.getElementById(`badge-${role}`);
    const note = () => seen[role].push(badge.dataset.state);
    const options = { attributes: true, attributeFilter: ["data-state"] };
    new MutationObserver(note).observe(badge, options);
  }
  const log = document.getElementById("log");
  window.__interims = [];
  new MutationObserver(() => {
    for (const entry of log.querySelectorAll('li[data-final="false"]')) {
      window.__interims.push([entry.dataset.role, entry.querySelector(".words").textContent]);
    }
  }).observe(log, { childList: true, subtree: true, characterData: true });
}"""


def chromium_path() -> str:
    """The browser: CHROMIUM_PATH, or what is on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, names)), None)
    assert found, "No Chromium: install one or set CHROMIUM_PATH."
    return found


def launch(
    playwright: Playwright,
    microphone: Path | None = None,
    *,
    permission: bool = True,
    autoplay: bool = True,
    has_microphone: bool = True,
    local_host: str = "",
    third_party_cookies: bool = True,
) -> Browser:
    """A browser whose microphone plays a WAV file once, from the moment it is opened.

    `local_host` is one more name of this machine, which the browser does not take for loopback.
    Without `third_party_cookies` a page in another site's frame has none.
    """
    flags = list(QUIET_FLAGS)
    if has_microphone:
        flags.append("--use-fake-device-for-media-stream")
    if local_host:
        flags.append(f"--host-resolver-rules=MAP {local_host} 127.0.0.1")
    if not third_party_cookies:
        flags.append("--test-third-party-cookie-phaseout")
    if permission:
        flags.append("--use-fake-ui-for-media-stream")
    if microphone is not None:
        flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    if autoplay:
        flags.append("--autoplay-policy=no-user-gesture-required")
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
    share_niceness()
    return browser


class Tab:
    """One tab at the page. `complaints` are errors of its console, CSP violations among them.

    `asked` are the addresses of all its requests and WebSockets.
    """

    def __init__(self, page: Page, screenshots: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        self._screenshots = screenshots
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("websocket", lambda socket: self.asked.add(socket.url))
        page.add_init_script(RECORD_ICE_SERVERS)

    def open(self, url: str) -> Tab:
        """Goes to the page and begins to watch its badges and words."""
        self.page.goto(url)
        self.page.evaluate(RECORD_BADGES)
        return self

    def fill(self, **fields: str) -> Tab:
        """Fills the form: room, identity, system_prompt."""
        for name, value in fields.items():
            self.page.fill(f"#{name}", value)
        return self

    def start(self) -> Tab:
        """Presses Start and listens to the agent's track."""
        self.page.click("#start")
        self.page.evaluate(LISTEN)
        return self

    def until_phase(self, *phases: str) -> Tab:
        """Waits until the page is in one of these phases."""
        what = f"the phase is {phases}"
        until(lambda: self.phase in phases, seconds=30, what=what, every=LOOK_SECONDS)
        return self

    @property
    def phase(self) -> str:
        return self.page.get_attribute("#card", "data-phase") or ""

    @property
    def trouble(self) -> str:
        return self.page.get_attribute("#trouble", "data-code") or ""

    def words(self, role: str) -> list[str]:
        """The settled words of one role, in the order in which the page shows them."""
        entries = self.page.locator(f'#log li[data-role="{role}"][data-final="true"] .words')
        return [text.strip() for text in entries.all_inner_texts()]

    def until_words(self, role: str, count: int, seconds: float = 40) -> list[str]:
        """The settled words of one role, when there are that many entries."""
        until(
            lambda: len(self.words(role)) >= count,
            seconds=seconds,
            what=f"{count} entries of {role}",
            every=LOOK_SECONDS,
        )
        return self.words(role)

    def expect_text(self, selector: str, text: str) -> None:
        """Waits until an element contains the text."""
        expect(self.page.locator(selector)).to_contain_text(text, timeout=PATIENCE)

    def level(self) -> dict[str, Any]:
        """The agent's loudness: now, the loudest so far, and when it was first audible."""
        return dict(self.page.evaluate("() => window.__agentLevel ?? {}"))

    def until_audible(self, seconds: float = 20) -> None:
        """Waits until the agent's track has had energy."""
        until(
            lambda: self.level().get("loudest", 0) > 0.01,
            seconds=seconds,
            what="audible",
            every=LOOK_SECONDS,
        )

    def hosts(self) -> set[str]:
        """Every host that the page has asked for anything, media servers' helpers included."""
        servers = self.page.evaluate("() => window.__iceServers")
        named = {str(url).split(":")[1] for url in servers}
        return named | {urlsplit(url).hostname or url for url in self.asked}

    def badges(self, role: str) -> list[str]:
        """The states that a badge has had since the page was opened."""
        return list(self.page.evaluate("(role) => window.__badges[role]", role))

    def interims(self, role: str) -> list[str]:
        """The unsettled words of one role that the page has shown."""
        shown = self.page.evaluate("() => window.__interims")
        return [text for said_by, text in shown if said_by == role]

    def session_id(self) -> str:
        """The session that the tab is in, as it remembers it."""
        saved = self.page.evaluate("() => sessionStorage.getItem('voice-agent.session')")
        assert saved, "the tab is in no session"
        return str(json.loads(saved)["session_id"])

    def picture(self, name: str) -> None:
        """Takes a screenshot at desktop and phone width, light and dark, where they are wanted."""
        if not TAKES_PICTURES:
            return
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width, height, device in ((1180, 800, "desktop"), (390, 800, "phone")):
                self.page.set_viewport_size({"width": width, "height": height})
                path = self._screenshots / f"{name}-{device}-{scheme}.png"
                self.page.screenshot(path=path)
        self.page.set_viewport_size({"width": 1180, "height": 800})
