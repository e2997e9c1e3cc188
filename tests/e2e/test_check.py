"""The check of a set-up, with things that work and with each one broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, WebSocketRoute, expect
from support.browser import PATIENCE, Tab, launch
from support.media_server import media_server
from support.ports import free_port
from support.product import INSECURE_HOST, Product, site
from support.product import product as running_product
from support.speech import line, silence, write_wav

pytestmark = pytest.mark.e2e
LINES = ["secure", "browser", "microphone", "recording", "output", "rest", "socket", "clock"]
WAYS = ["media", "udp", "tcp", "turn"]
STAFF = ["ready", "stt", "llm", "tts", "seats"]
CLOCK_AHEAD = "const now = Date.now; Date.now = () => now() + 5 * 60_000;"


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One whose microphone hears speech, where a page may use it."""
    speech = np.concatenate([silence(0.5), line("What can you do for me?"), silence(0.5)] * 12)
    microphone = write_wav(tmp_path_factory.mktemp("speech") / "speech.wav", speech)
    running = launch(playwright, microphone, permission=False, local_host=INSECURE_HOST)
    yield running
    running.close()


@pytest.fixture
def checked(browser: Browser, screenshots: Path) -> Callable[..., Tab]:
    """A new visitor's tab at the check: `checked(url, permissions=[], broken=…)`."""

    def opened(
        url: str,
        permissions: tuple[str, ...] = ("microphone",),
        broken: Callable[[Page], object] = id,
    ) -> Tab:
        context = browser.new_context(viewport={"width": 1180, "height": 800})
        context.grant_permissions(list(permissions))
        tab = Tab(context.new_page(), screenshots)
        broken(tab.page)
        tab.page.goto(f"{url}/check")
        return tab

    return opened


def states(tab: Tab) -> dict[str, str]:
    """Each line's state, when all that runs by itself is over."""
    expect(tab.page.locator("#check-again")).to_have_attribute(
        "aria-disabled", "false", timeout=PATIENCE
    )
    script = "all => all.map(line => [line.dataset.line, line.dataset.state])"
    return dict(tab.page.locator(".check").evaluate_all(script))


def press(page: Page, label: str) -> None:
    """Presses a button by keyboard alone."""
    button = page.get_by_role("button", name=label, exact=True).first
    button.focus()
    page.keyboard.press("Enter")


def test_a_set_up_that_is_well_says_so_and_takes_no_seat(
    product: Product, checked: Callable[..., Tab]
) -> None:
    tab = checked(product.url)
    page = tab.page
    found = states(tab)
    assert list(found) == [*LINES, *WAYS, *STAFF]
    left = {name: state for name, state in found.items() if state != "good"}
    assert left == {
        "recording": "waiting",
        "output": "waiting",
        "tcp": "skipped",
        "turn": "skipped",
    }
    tab.expect_text("[data-line=udp]", "of packets lost · jitter")
    tab.expect_text("[data-line=seats]", "seats are free")
    press(page, "Play the sound")
    press(page, "Yes")
    press(page, "Hear yourself")
    page.locator("[data-line=recording] [data-act=yes]").wait_for()
    press(page, "Yes")
    expect(page.locator("#check-headline")).to_have_text("All is well: you can talk")
    tab.picture("check-good")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "Copy this report")
    expect(page.locator("#check-copy")).to_have_text("Copied")
    report = page.evaluate("navigator.clipboard.readText()")
    assert "[good] Your microphone: We hear you" in report
    assert "Fake" not in report, "a name of a device"
    assert not re.search(r"eyJ|~[0-9a-f]{16}", report), "a token or a room's name"
    assert not any("/session" in address and "/sessions" not in address for address in tab.asked)
    assert tab.complaints == []


def refuse_socket(page: Page) -> None:
    def refused(socket: WebSocketRoute) -> None:
        socket.close(code=1006 + 2997, reason="no")

    page.route_web_socket(re.compile("/ws/transcript/"), refused)


BROKEN: dict[str, tuple[Callable[[Page], object], str, str, str]] = {
    "clock": (
        lambda page: page.add_init_script(CLOCK_AHEAD),
        "clock",
        "Your clock is 5 minutes fast",
        "automatic time",
    ),
    "socket": (refuse_socket, "socket", "does not get through", "WebSockets"),
    "media": (
        lambda page: page.route_web_socket(re.compile("/rtc"), lambda socket: socket.close()),
        "media",
        "The media server answers, but no WebSocket to it gets through",
        "firewall",
    ),
    "browser": (
        lambda page: page.add_init_script("delete MediaDevices.prototype.getUserMedia"),
        "browser",
        "Your browser lacks access to microphones",
        "current Firefox",
    ),
    "service": (
        lambda page: page.route("**/ready/services", lambda call: call.abort()),
        "llm",
        "The language service could not be tried",
        "backend",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_named_with_what_to_do(
    product: Product, checked: Callable[..., Tab], broken: str
) -> None:
    breaks, name, verdict, fix = BROKEN[broken]
    tab = checked(product.url, broken=breaks)
    tab.expect_text(f"[data-line={name}]", verdict)
    tab.expect_text(f"[data-line={name}] .check-fix", fix)


def test_sound_over_tcp_is_tried_where_it_is_offered(checked: Callable[..., Tab]) -> None:
    with media_server(tcp_port=free_port()) as media, running_product(media) as running:
        tab = checked(running.url)
        assert states(tab)["tcp"] == "good"
        tab.expect_text("[data-line=tcp]", "Sound over TCP works too")


def test_a_blocked_microphone_is_named_after_a_press(
    product: Product, checked: Callable[..., Tab]
) -> None:
    tab = checked(product.url, permissions=())
    press(tab.page, "Check the microphone")
    tab.expect_text("[data-line=microphone]", "The microphone is blocked")
    tab.expect_text("[data-line=microphone] .check-fix", "allow the microphone")
    tab.expect_text("#check-headline", "One thing keeps you from talking")


def test_an_address_without_microphone_is_named(
    product: Product, checked: Callable[..., Tab]
) -> None:
    tab = checked(product.url.replace("127.0.0.1", INSECURE_HOST), permissions=())
    tab.expect_text("[data-line=secure]", "This address cannot use the microphone")
    tab.expect_text("[data-line=microphone]", "Not checked")
    tab.page.click("#check-copy")
    expect(tab.page.locator("#check-report")).to_have_value(re.compile("https://"))


def test_a_backend_that_is_down_is_named_and_the_page_is_there(
    product: Product, checked: Callable[..., Tab]
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with site(product.backend, product.spare_port, backend_url=nowhere):
        tab = checked(f"http://127.0.0.1:{product.spare_port}")
        found = states(tab)
        tab.expect_text("[data-line=rest]", "The service is not answering")
        tab.expect_text("#check-headline", "One thing keeps you from talking")
        assert {found[name] for name in ("socket", "ready", *WAYS)} == {"skipped"}
        assert (found["clock"], found["microphone"]) == ("good", "good")
        assert not set(STAFF[1:]) & found.keys()
