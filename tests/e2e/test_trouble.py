"""What the page says when something is missing, broken or taken away, and the way out it offers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from support.backend import FOLDER
from support.browser import Tab
from support.media_server import MediaServer
from support.networks.cut_proxy import proxy
from support.ports import free_port
from support.processes import Process
from support.product import INSECURE_HOST, Product, site
from support.product import product as running_product
from support.speech import line, silence, write_wav
from support.waiting import until

from .room import participants

pytestmark = pytest.mark.e2e
Launch = Callable[..., Browser]
Opened = Callable[..., Tab]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("speech") / "quiet.wav", silence(60))


def test_a_blocked_microphone_has_words(chromium: Launch, tab_of: Opened) -> None:
    tab = tab_of(chromium(permission=False), permissions=[])
    tab.page.click("#start")
    tab.until_phase("trouble")
    tab.expect_text("#trouble-headline", "microphone is blocked")
    tab.expect_text("#trouble-help", "allow the microphone")
    assert tab.page.locator("#trouble-action").is_visible()
    tab.picture("trouble-microphone")


def test_a_missing_microphone_has_words(chromium: Launch, tab_of: Opened) -> None:
    tab = tab_of(chromium(has_microphone=False))
    tab.page.click("#start")
    tab.until_phase("trouble")
    assert tab.trouble == "microphone_missing"
    tab.expect_text("#trouble-headline", "No microphone was found")
    tab.picture("trouble-no-microphone")


def test_a_microphone_that_goes_in_a_session_has_words_and_a_way_back(
    product: Product, chromium: Launch, tab_of: Opened, tmp_path: Path
) -> None:
    speech = np.concatenate([silence(6), line("What can you do for me?"), silence(60)])
    browser = chromium(microphone=write_wav(tmp_path / "speech.wav", speech), permission=False)
    tab = tab_of(browser, permissions=["microphone"]).start().until_phase("live")
    tab.page.context.clear_permissions()
    tab.expect_text("#line", "microphone gives no sound")
    tab.expect_text("#badge-user", "not heard")
    tab.picture("microphone-gone")
    assert not tab.words("user")
    tab.page.context.grant_permissions(["microphone"], origin=product.url)
    tab.page.click("#mute")
    tab.page.click("#mute")
    tab.expect_text("#badge-user", "listening")
    assert tab.page.locator("#line").is_hidden()
    tab.until_words("user", 1)


def test_an_address_without_microphone_has_words(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    browser = chromium(microphone=quiet, local_host=INSECURE_HOST)
    tab = tab_of(browser, product.url.replace("127.0.0.1", INSECURE_HOST))
    tab.page.click("#start")
    tab.until_phase("trouble")
    assert tab.trouble == "insecure_origin"
    tab.expect_text("#trouble-help", "https://")
    tab.picture("trouble-insecure")


def test_a_media_server_out_of_reach_has_words(
    media: MediaServer, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    nowhere = f"ws://127.0.0.1:{free_port()}"
    with running_product(media, LIVEKIT_PUBLIC_URL=nowhere) as unreachable:
        tab = tab_of(chromium(microphone=quiet), unreachable.url)
        tab.page.click("#start")
        tab.until_phase("trouble")
        assert tab.trouble == "media_unreachable"
        tab.expect_text("#trouble-headline", "sound connection failed")
        assert tab.page.locator("#trouble-action").is_visible()
        tab.picture("trouble-media")


def test_a_second_tab_takes_over(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path, screenshots: Path
) -> None:
    first = tab_of(chromium(microphone=quiet)).fill(room="shared", identity="ada").start()
    first.until_words("agent", 1)
    page = first.page.context.new_page()
    second = Tab(page, screenshots).open(f"{product.url}/chat")
    page.wait_for_selector("#continue:visible")
    second.picture("continue")
    page.click("#continue")
    second.until_phase("live")
    first.until_phase("trouble")
    first.expect_text("#trouble-headline", "another tab")
    first.picture("trouble-other-tab")
    assert second.until_words("agent", 1) == first.words("agent") or second.words("agent")
    page.click("#stop")
    second.until_phase("ended")


def test_a_room_that_is_full_at_the_media_server_has_words(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path, screenshots: Path
) -> None:
    """Nothing refuses the second token, because the first tab has no session in the room yet."""
    first = tab_of(chromium(microphone=quiet)).fill(room="full", identity="ada")
    first.page.route("**/session", lambda request: None)
    first.page.click("#start")
    until(lambda: "ada" in participants(product.media), what="the first tab is in the room")
    page = first.page.context.new_page()
    second = Tab(page, screenshots).open(f"{product.url}/chat")
    second.fill(room="full", identity="grace")
    with page.expect_response(lambda answer: "/token?" in answer.url) as token:
        page.click("#start")
    assert token.value.status == 200
    second.until_phase("trouble")
    assert second.trouble == "room_in_use"
    second.expect_text("#trouble-headline", "This room is in use")
    second.expect_text("#trouble-help", "under another name")
    second.expect_text("#trouble-action", "Start in a fresh room")
    second.picture("trouble-room-in-use")


def test_a_backend_that_is_down_has_words(
    product: Product, chromium: Launch, quiet: Path, screenshots: Path
) -> None:
    port, nowhere = product.spare_port, f"http://127.0.0.1:{free_port()}"
    with site(product.backend, port, backend_url=nowhere):
        page = chromium(microphone=quiet).new_context().new_page()
        tab = Tab(page, screenshots).open(f"http://127.0.0.1:{port}/chat")
        page.click("#start")
        tab.until_phase("trouble")
        assert tab.trouble == "backend_unreachable"
        tab.picture("trouble-backend")
        page.goto(f"http://127.0.0.1:{port}/history")
        tab.expect_text("main", "not answering")


def test_a_page_that_asks_too_often_has_words(
    media: MediaServer, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    with running_product(media, REQUESTS_PER_MINUTE="1") as strict:
        tab = tab_of(chromium(microphone=quiet), strict.url)
        tab.page.click("#start")
        tab.until_phase("trouble")
        assert tab.trouble == "too_fast"
        tab.picture("trouble-too-fast")


def test_a_socket_that_is_lost_reconnects_where_it_stopped(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    port = product.spare_port
    with (
        proxy(int(product.backend.env["BACKEND_PORT"])) as network,
        site(product.backend, port, f"http://127.0.0.1:{network.port}"),
    ):
        tab = tab_of(chromium(microphone=quiet), f"http://127.0.0.1:{port}").start()
        tab.until_words("agent", 1)
        session_id = tab.session_id()
        assert network.cut() >= 1
        until(lambda: sockets_of(product, session_id) == 2, what="the page has reconnected")
        tab.page.click("#stop")
        tab.until_phase("ended")
        tab.expect_text("#ending", "You stopped")
        assert len(tab.words("agent")) == 1


def sockets_of(product: Product, session_id: str) -> int:
    """How many sockets of a session the backend has seen begin."""
    lines = product.backend.process.output().splitlines()
    joined = [text for text in lines if "socket_joined" in text and session_id in text]
    assert all("after=0" not in text for text in joined[1:])
    return len(joined)


def test_a_field_that_is_wrong_is_named(chromium: Launch, tab_of: Opened, quiet: Path) -> None:
    tab = tab_of(chromium(microphone=quiet)).fill(room="no/slash")
    tab.page.click("#start")
    tab.expect_text("#room-error", "letters, digits")
    assert tab.phase == "ready"


def test_a_session_that_the_server_ends_says_why(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    tab = tab_of(chromium(microphone=quiet)).start()
    tab.until_words("agent", 1)
    end = f"from voice_sessions.actions import sessions; sessions.end({tab.session_id()!r}, 'idle')"
    command = [sys.executable, "manage.py", "shell", "-c", end]
    with Process(command, env=product.backend.env, cwd=FOLDER) as shell:
        assert shell.wait(seconds=60) == 0, shell.output()
    tab.until_phase("ended")
    tab.expect_text("#ending", "Nobody spoke")
    assert tab.words("agent")
    tab.picture("ended-idle")
