"""A person who types: without a microphone, on a phone, by keyboard, in a second tab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Route, expect
from support.browser import Tab

pytestmark = pytest.mark.e2e
Launch = Callable[..., Browser]
Opened = Callable[..., Tab]
REPLY = '#log .entry[data-role="agent"][data-final="true"]'
MINE = '#log .entry[data-role="user"][data-final="true"]'


def without_microphone(chromium: Launch, tab_of: Opened) -> Tab:
    """A tab whose browser gives no microphone, at the trouble that says so."""
    tab = tab_of(chromium(permission=False), permissions=[])
    tab.page.click("#start")
    return tab.until_phase("trouble")


def test_who_has_no_microphone_types_by_keyboard_and_is_answered(
    chromium: Launch, tab_of: Opened
) -> None:
    tab = without_microphone(chromium, tab_of)
    page = tab.page
    page.get_by_label("Hold to talk").check()
    page.focus("#trouble-type")
    page.keyboard.press("Enter")
    tab.until_phase("live")
    for button in ("#mute", "#talk"):
        expect(page.locator(button)).to_be_hidden()
    expect(page.locator(REPLY)).to_have_count(1)
    page.focus("#typed")
    page.keyboard.type("Hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("are you there?")
    tab.picture("typing-desktop")
    page.reload()
    tab.until_phase("live")
    expect(page.locator("#typed")).to_have_value("Hello\nare you there?")
    page.focus("#typed")
    page.keyboard.press("Enter")
    expect(page.locator(f"{MINE} .words")).to_have_text("Hello\nare you there?")
    expect(page.locator(f"{MINE} .by")).to_contain_text("You typed")
    expect(page.locator(REPLY)).to_have_count(2, timeout=30_000)
    expect(page.locator("#typed")).to_have_value("")
    page.fill("#typed", "x" * 2003)
    expect(page.locator("#typed-count")).to_contain_text("shorten it by 3")
    tab.picture("typing-long")
    page.set_viewport_size({"width": 375, "height": 667})
    box = page.locator("#typed").bounding_box()
    assert box and box["y"] + box["height"] < 667 and box["width"] > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_line_that_cannot_be_sent_says_so_and_keeps_its_text(
    chromium: Launch, tab_of: Opened
) -> None:
    tab = without_microphone(chromium, tab_of)
    page = tab.page
    page.click("#trouble-type")
    tab.until_phase("live")
    page.route("**/messages", lambda route: route.abort())
    page.fill("#typed", "Is there parking?")
    page.click("#typed-send")
    expect(page.locator("#typed-error")).to_contain_text("Not sent", timeout=30_000)
    expect(page.locator("#typed")).to_have_value("Is there parking?")
    expect(page.locator(MINE)).to_have_count(0)
    page.unroute("**/messages")
    page.press("#typed", "Enter")
    expect(page.locator(MINE)).to_have_count(1)


def test_a_line_that_comes_after_the_end_says_so_and_is_kept(
    chromium: Launch, tab_of: Opened
) -> None:
    tab = without_microphone(chromium, tab_of)
    page = tab.page
    page.click("#trouble-type")
    tab.until_phase("live")
    expect(page.locator(REPLY)).to_have_count(1)
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route))
    page.fill("#typed", "Is there parking?")
    page.press("#typed", "Enter")
    expect(page.get_by_text("You typed · sending…")).to_be_visible()
    page.click("#stop")
    tab.until_phase("ended")
    held[0].continue_()
    left = page.locator('#log .entry[data-sent="no"]')
    expect(left.locator(".note")).to_contain_text("The session ended before it arrived.")
    expect(left.locator(".words")).to_have_text("Is there parking?")
    expect(left.locator(".by")).to_have_text("You typed · not sent")
    tab.picture("typing-left")
    page.click("#start-again")
    tab.until_phase("trouble").page.click("#trouble-type")
    tab.until_phase("live")
    expect(page.locator("#typed")).to_have_value("Is there parking?")


def test_two_tabs_show_a_line_once_and_each_has_its_own_draft(
    chromium: Launch, tab_of: Opened, screenshots: Path
) -> None:
    tab = without_microphone(chromium, tab_of)
    page = tab.page
    page.click("#trouble-type")
    tab.until_phase("live")
    page.fill("#typed", "Not sent yet")
    other = Tab(page.context.new_page(), screenshots).open(page.url)
    other.page.click("#continue")
    other.until_phase("trouble").page.click("#trouble-type")
    other.until_phase("live")
    tab.until_phase("trouble")
    assert tab.trouble == "taken_over"
    expect(other.page.locator("#typed")).to_have_value("")
    answers: list[APIResponse] = []

    def lose_the_first(route: Route) -> None:
        answers.append(route.fetch())
        route.abort() if len(answers) == 1 else route.fulfill(response=answers[-1])

    other.page.route("**/messages", lose_the_first)
    other.page.fill("#typed", "Is there parking?")
    with other.page.expect_response("**/messages"):
        other.page.press("#typed", "Enter")
    first, again = (answer.json() for answer in answers)
    assert first == again and first["seq"] > 0, "the same id is the same line"
    page.click("#trouble-action")
    tab.until_phase("live")
    expect(page.locator(f"{MINE} .words")).to_have_text("Is there parking?")
    expect(other.page.locator(f"{MINE} .words")).to_have_text("Is there parking?")
    expect(page.locator("#typed")).to_have_value("Not sent yet")
