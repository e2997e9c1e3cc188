"""Every page in every state is free of what axe-core finds, in both themes.

A new state is one line of `STATES`; they follow each other in one visitor's browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from support.browser import PATIENCE, Tab
from support.processes import ROOT
from support.product import Product
from support.speech import line, write_wav

pytestmark = pytest.mark.e2e
Launch = Callable[..., Browser]
Opened = Callable[..., Tab]

AXE = ROOT / "flask_frontend/node_modules/axe-core/axe.min.js"
RUN = """async (options) =>
  (await axe.run(document, { resultTypes: ["violations"], ...options })).violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`)"""
THEMES: dict[Any, dict[str, Any]] = {
    "light": {},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
"""axe-core's options in either theme: in the second, the rules that look at colours."""
QUESTION = "I would like to book a table for two people tomorrow evening."
LEAD_IN = 7.0
"""Seconds from the microphone's opening until the greeting was heard."""


@dataclass
class Walk:
    """A visitor's tab, at the product."""

    tab: Tab
    product: Product
    password: str

    def found(self) -> list[str]:
        """What axe-core finds in the state of the page now, in either theme."""
        return [f"{theme}: {found}" for theme in THEMES for found in self._found(theme)]

    def _found(self, theme: Any) -> list[str]:
        self.tab.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        return list(self.tab.page.evaluate(RUN, THEMES[theme]))


Step = Callable[[Walk], None]


def at(path: str) -> Step:
    """Goes to a page of the site."""
    return lambda walk: walk.tab.page.goto(walk.product.url + path) and None


def staff(path: str, shown: str) -> Step:
    """Goes to a page of the backend, and waits until something is shown there."""

    def step(walk: Walk) -> None:
        walk.tab.page.goto(walk.product.backend.url + path)
        expect(walk.tab.page.locator(shown).first).to_be_visible(timeout=PATIENCE)

    return step


def press(name: str, *, role: Any = "button", shows: str = "") -> Step:
    """Presses what has that name, and waits until something is shown."""

    def step(walk: Walk) -> None:
        walk.tab.page.get_by_role(role, name=re.compile(name)).first.click()
        if shows:
            expect(walk.tab.page.locator(shows).first).to_be_visible(timeout=PATIENCE)

    return step


def talk(walk: Walk) -> None:
    """Starts a session, and waits for the reply to what is said in it."""
    walk.tab.page.goto(f"{walk.product.url}/chat")
    walk.tab.start().until_phase("live").until_words("agent", 2)
    expect(walk.tab.page.locator(".waited").first).to_be_visible(timeout=PATIENCE)


def check(walk: Walk) -> None:
    """Has the set-up checked, to its end."""
    walk.tab.page.goto(f"{walk.product.url}/check")
    again = walk.tab.page.locator("#check-again")
    expect(again).to_have_attribute("aria-disabled", "false", timeout=PATIENCE)


def without_microphone(walk: Walk) -> None:
    """Starts a session in a browser that does not allow it."""
    walk.tab.page.context.clear_permissions()
    walk.tab.page.goto(f"{walk.product.url}/chat")
    walk.tab.start().until_phase("trouble")


def narrow(walk: Walk) -> None:
    """Takes a phone, and opens the settings."""
    walk.tab.page.set_viewport_size({"width": 390, "height": 800})
    walk.tab.page.click("#panel-open")


def wide(walk: Walk) -> None:
    """Takes the large screen again, as somebody who was never here."""
    walk.tab.page.set_viewport_size({"width": 1180, "height": 800})
    walk.tab.page.context.clear_cookies()
    walk.tab.page.goto(f"{walk.product.url}/history")


def sign_in(walk: Walk) -> None:
    """Goes on as staff."""
    walk.tab.page.fill("#id_username", "root")
    walk.tab.page.fill("#id_password", walk.password)
    walk.tab.page.click("[type=submit]")
    expect(walk.tab.page.locator("#user-tools")).to_be_visible(timeout=PATIENCE)


def try_health(walk: Walk) -> None:
    """Opens a call, sends it, and waits for its answer."""
    call = walk.tab.page.locator(".opblock", has_text="/health")
    call.locator(".opblock-summary-control").click()
    call.locator(".try-out__btn").click()
    call.locator(".execute").click()
    expect(call.locator(".live-responses-table .response-col_status").last).to_have_text("200")


STATES: dict[str, Step] = {
    "talk": at("/chat"),
    "talk, live": talk,
    "talk, wait opened": press("You waited", shows=".wait"),
    "talk, ended": press("^Stop$", shows="#start-again"),
    "history": at("/history"),
    "history, deletion asked": press("^Delete all$", shows="#erase-all"),
    "history, nothing found": at("/history?q=zebra"),
    "session": press("Show all", role="link", shows=".session"),
    "session, opened": lambda walk: walk.tab.page.click(".session a"),
    "session, wait opened": press("You waited", shows=".wait"),
    "session, deletion asked": press("^Delete$", shows="#erase"),
    "local voice": at("/local-voice"),
    "check": check,
    "not found": at("/nothing-here"),
    "trouble": without_microphone,
    "typing": press("^Type instead$", shows="#composer"),
    "settings on a phone": narrow,
    "history, empty": wide,
    "staff, sign in": staff("/admin/", "#id_password"),
    "staff": sign_in,
    "staff, sessions": staff("/admin/voice_sessions/session/", "#result_list"),
    "staff, session": press(".", role="rowheader", shows="#user-tools"),
    "staff, events": staff("/admin/voice_sessions/event/?type=final", "#changelist-filter"),
    "staff, account": staff("/admin/auth/user/1/change/", "#user-tools"),
    "staff, calls": staff("/schema/docs", ".opblock"),
    "staff, call with an example": press("^PATCH", shows=".opblock-patch .microlight"),
    "staff, call tried": try_health,
}


@pytest.mark.timeout(300)
def test_no_page_has_what_axe_finds(
    product: Product, password: str, chromium: Launch, tab_of: Opened, tmp_path: Path
) -> None:
    microphone = write_wav(tmp_path / "question.wav", line(LEAD_IN, QUESTION, 30.0))
    tab = tab_of(chromium(microphone=microphone, permission=False), permissions=["microphone"])
    tab.page.context.add_init_script(path=AXE)
    walk = Walk(tab, product, password)
    found: list[str] = []
    for name, step in STATES.items():
        step(walk)
        found += [f"{name}, {each}" for each in walk.found()]
    assert not found, "\n".join(found)
