"""The panel with the fields of the next session, which on a phone is a sheet over the card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from support.site import Site

pytestmark = pytest.mark.e2e

FOCUSED = "document.activeElement.id"
IS_INERT = "document.querySelector('#card').inert"


def phone(site: Site) -> Page:
    page = site.open("/chat", size="phone")
    expect(page.locator("#start")).to_be_enabled()
    return page


def test_a_sheet_opens_over_the_card_and_gives_the_focus_back(site: Site) -> None:
    page = phone(site)
    expect(page.locator("#panel")).to_be_hidden()
    for close in (lambda: page.click("#panel-close"), lambda: page.keyboard.press("Escape")):
        page.click("#panel-open")
        expect(page.locator("#room")).to_be_visible()
        assert page.get_attribute("#panel-open", "aria-expanded") == "true"
        assert (page.evaluate(FOCUSED), page.evaluate(IS_INERT)) == ("panel-close", True)
        close()
        expect(page.locator("#panel")).to_be_hidden()
        assert (page.evaluate(FOCUSED), page.evaluate(IS_INERT)) == ("panel-open", False)


def test_a_sheet_is_a_panel_again_where_there_is_room(site: Site) -> None:
    page = phone(site)
    page.click("#panel-open")
    page.set_viewport_size({"width": 1180, "height": 800})
    expect(page.locator("#backdrop")).to_be_hidden()
    expect(page.locator("#room")).to_be_visible()
    assert not page.evaluate(IS_INERT)
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("#panel")).to_be_hidden()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_field_that_is_no_good_is_shown_and_gets_the_cursor(site: Site, size: str) -> None:
    page = site.open("/chat", size=size)
    expect(page.locator("#start")).to_be_enabled()
    page.evaluate("""() => {
      const room = document.querySelector("#room");
      room.value = "a/b";
      room.dispatchEvent(new Event("input"));
    }""")
    for _ in range(2):
        page.click("#start")
        expect(page.locator("#room-error")).to_contain_text("plain letters")
        assert page.evaluate(FOCUSED) == "room"
        page.keyboard.press("Escape")
    page.evaluate("document.querySelector('#room').value = 'kitchen'")
    page.dispatch_event("#room", "input")
    expect(page.locator("#room-error")).to_be_hidden()
    expect(page.locator("#fact-room")).to_have_text("kitchen")


def test_what_the_panel_shows_is_what_the_next_session_would_have(site: Site) -> None:
    page = site.open("/chat")
    expect(page.locator("#fact-room")).to_have_text(page.input_value("#room"))
    page.fill("#identity", "Ada")
    expect(page.locator("#fact-identity")).to_have_text("Ada")
    assert page.input_value("#identity") == "Ada"
