"""A person whose network is gone for a while comes back into the session and misses nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute
from support.backend import FOLDER, Backend
from support.browser import Tab
from support.media_server import MediaServer
from support.networks.cut_proxy import Proxy, proxy
from support.processes import Process
from support.product import Product, site
from support.product import product as running_product
from support.speech import line, silence, write_wav
from support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]
Launch = Callable[..., Browser]
Opened = Callable[..., Tab]

OFFLINE_SECONDS = 15.0
GREETING = (
    "Hello, I am your voice agent. Let me tell you how the days went by at our table. "
    "On Monday two people came and asked for soup. On Tuesday it rained, and nobody came at all. "
    "On Wednesday the cook sang until the evening. And now I would like to hear from you."
)
QUESTION = "I would like to book a table for two people tomorrow evening."
QUESTION_AT = 29.0
SAID_MEANWHILE = ("The first thing that was said.", "The second thing that was said.")
LOST = "The agent was lost. Another one is joining."
SAY = """
import sys
from voice_sessions.actions import event_log
from voice_sessions.events import Final, Speech

for number, text in enumerate(sys.argv[2:]):
    segment = f"meanwhile-{number}"
    for event in ("speech_started", "speech_ended"):
        event_log.append(sys.argv[1], 1, Speech(role="user", event=event, segment=segment))
    event_log.append(sys.argv[1], 1, Final(role="user", text=text, segment=segment))
"""


class Network:
    """All that a browser reaches the product by: two proxies, and its own network process."""

    def __init__(self, signals: Proxy, requests: Proxy) -> None:
        self.signals = signals
        self._requests = requests

    @contextmanager
    def gone(self, tab: Tab) -> Iterator[None]:
        """No packet comes or goes for the block, and the browser knows that it is offline."""
        tab.page.context.set_offline(True)
        service = _network_service()
        os.kill(service, signal.SIGSTOP)
        try:
            assert self.signals.cut() and self._requests.cut(), "the browser had no connection"
            yield
        finally:
            os.kill(service, signal.SIGCONT)
            tab.page.context.set_offline(False)


def _network_service() -> int:
    """The process of our newest browser that holds all its sockets, those of WebRTC too."""
    family = psutil.Process().children(recursive=True)
    found = [one for one in family if "network.mojom.NetworkService" in str(one.cmdline())]
    return int(max(found, key=psutil.Process.create_time).pid)


@contextmanager
def product_on_a_network(
    media: MediaServer, product: Product
) -> Iterator[tuple[Backend, str, Network]]:
    """A backend, its page's address, and the network between both and the browser."""
    with ExitStack() as stack:
        signals = stack.enter_context(proxy(int(media.url.rpartition(":")[2])))
        running = stack.enter_context(
            running_product(
                media,
                GREETING=GREETING,
                MAX_SESSIONS="1",
                LIVEKIT_PUBLIC_URL=f"ws://127.0.0.1:{signals.port}",
                LOCAL_AI_PORT=product.backend.env["LOCAL_AI_PORT"],
            )
        )
        requests = stack.enter_context(proxy(int(running.backend.env["BACKEND_PORT"])))
        port = running.spare_port
        stack.enter_context(site(running.backend, port, f"http://127.0.0.1:{requests.port}"))
        yield running.backend, f"http://127.0.0.1:{port}", Network(signals, requests)


def say(backend: Backend, session_id: str, *texts: str) -> None:
    """Puts words of the person into the record, as if they had been heard."""
    code = f"import sys; sys.argv[1:] = {[session_id, *texts]!r}\n{SAY}"
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code]
    with Process(command, env=backend.env, cwd=FOLDER) as shell:
        assert shell.wait(seconds=60) == 0, shell.output()


def stored_words(tab: Tab, session_id: str) -> list[tuple[str, str]]:
    """Who said what, as a fresh request of the same visitor reads it."""
    answer = tab.page.evaluate(
        """async (id) => {
          const backend = document.getElementById("app").dataset.backendUrl;
          const { token } = await (await fetch("/visitor-token", { method: "POST" })).json();
          const headers = { Authorization: `Bearer ${token}` };
          return (await fetch(`${backend}/transcripts/${id}`, { headers })).json();
        }""",
        session_id,
    )
    return [(entry["role"], entry["text"].strip()) for entry in answer["entries"]]


def shown_words(tab: Tab) -> list[tuple[str, str]]:
    """Who said what, as the page shows it."""
    entries = tab.page.locator('#log li[data-final="true"]').all()
    return [(one.get_attribute("data-role") or "", _words(one)) for one in entries]


def _words(entry: Locator) -> str:
    return entry.locator(".words").inner_text().strip()


class Stream:
    """A page's event stream, which a test breaks off and into which it puts events."""

    def __init__(self, page: Page) -> None:
        self._is_away = False
        self._seq = 0
        self._words: dict[str, str] = {}
        page.route_web_socket(re.compile("/ws/transcript/"), self._pass_on)

    def go_away(self) -> None:
        """Breaks the socket off, as a backend that is restarted, and lets none in."""
        self._is_away = True
        self._page.close(code=1012)

    def come_back(self) -> None:
        """Lets sockets through again."""
        self._is_away = False

    def lose_agent(self) -> None:
        """Sends what is stored when an agent is lost while it speaks."""
        said = {"role": "agent", "segment": self._words["segment"]}
        self._tell(**said, event="speech_ended")
        text = self._words["text"]
        self._tell(**said, text=text, final=True, order=self._seq, interrupted=True)
        self._tell(event="error", code="agent_lost", message=LOST, fatal=False)

    def _tell(self, **event: object) -> None:
        self._seq += 1
        at = "2026-01-31T12:00:00.000Z"
        self._page.send(json.dumps({**event, "seq": self._seq, "at": at}))

    def _pass_on(self, page: WebSocketRoute) -> None:
        self._page = page
        if self._is_away:
            page.close(code=1012)
        else:
            page.connect_to_server().on_message(self._received)

    def _received(self, message: str | bytes) -> None:
        event = json.loads(message)
        self._seq = max(self._seq, event.get("seq", 0))
        self._words = event if "text" in event else self._words
        self._page.send(message)


def test_what_comes_back_by_itself_is_said(
    media: MediaServer, product: Product, chromium: Launch, tab_of: Opened, tmp_path: Path
) -> None:
    browser = chromium(microphone=write_wav(tmp_path / "quiet.wav", silence(60)))
    with product_on_a_network(media, product) as (_backend, url, network):
        tab = tab_of(browser, url)
        stream = Stream(tab.page)
        tab.open(f"{url}/chat").start().until_phase("live")
        tab.expect_text("#log", "I am your voice agent")
        stream.go_away()
        tab.expect_text("#line", "You can go on talking")
        tab.picture("reconnecting-socket")
        stream.come_back()
        until(lambda: not tab.page.is_visible("#line"), what="the socket is back")
        stream.lose_agent()
        tab.expect_text("#log", LOST)
        tab.expect_text("#log", "interrupted here")
        tab.expect_text("#badge-agent", "joining")
        tab.picture("agent-lost")
        at_capacity(tab_of(browser, url))
        network.signals.close()
        tab.expect_text("#line", "The sound connection is interrupted")
        tab.picture("reconnecting-media")
        assert tab.phase == "live"


def at_capacity(tab: Tab) -> None:
    """Another visitor finds every seat taken, and is told so."""
    tab.start().until_phase("trouble")
    assert tab.trouble == "unavailable"
    tab.expect_text("#trouble-headline", "All agents are busy")
    tab.expect_text("#trouble-action", "Try again in")
    tab.picture("at-capacity")


def test_a_network_that_is_gone_for_a_while_costs_nothing(
    media: MediaServer, product: Product, chromium: Launch, tab_of: Opened, tmp_path: Path
) -> None:
    spoken = write_wav(tmp_path / "late.wav", line(QUESTION_AT, QUESTION, 30.0))
    with product_on_a_network(media, product) as (backend, url, network):
        tab = tab_of(chromium(microphone=spoken), url).start()
        tab.until_audible()
        session_id = tab.session_id()
        with network.gone(tab):
            since = time.monotonic()
            say(backend, session_id, *SAID_MEANWHILE)
            tab.expect_text("#line", "Reconnecting")
            until(lambda: time.monotonic() - since >= OFFLINE_SECONDS, seconds=60)
            assert tab.words("user") == []
        until(lambda: not tab.page.is_visible("#line"), what="all is restored")
        mine = tab.until_words("user", len(SAID_MEANWHILE) + 1)
        assert mine[:-1] == list(SAID_MEANWHILE)
        assert len(set(mine[-1].split()) & set(QUESTION.split())) >= 4, "the person is heard again"
        until(
            lambda: shown_words(tab) == stored_words(tab, session_id),
            what="the page shows what the record has",
        )
        assert (tab.phase, tab.session_id()) == ("live", session_id)
