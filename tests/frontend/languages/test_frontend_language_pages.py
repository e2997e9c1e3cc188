"""The pages in a real browser in other languages: nothing is left in English or sticks out."""

from __future__ import annotations

import pytest
from fakes.backend import agent
from frontend.test_frontend_screens import SCREENSHOTS, fill, look
from playwright.sync_api import Page, expect
from support.site import Site, left_in_english, sticks_out

pytestmark = pytest.mark.e2e
ADDRESSES = (
    *("/chat", "/chat/ada", "/chat/nobody"),
    *("/history", "/history/long", "/history/live", "/local-voice", "/nowhere"),
)
LOOKS = [("de", "light", "desktop"), ("fr", "dark", "phone"), ("es", "light", "phone")]


@pytest.mark.parametrize(("language", "theme", "size"), LOOKS)
def test_every_page_speaks_the_browsers_language(
    site: Site, language: str, theme: str, size: str
) -> None:
    site.backend.offline = ("stt", "llm", "tts")
    site.backend.agents.append(agent("ada", name="Ada", language="ja"))
    page = site.open("/history", size=size, theme=theme, language=language)
    fill(site.backend, site.know(page))
    for address in ADDRESSES:
        page.goto(site.address + address)
        name = address.strip("/").replace("/", "-")
        look(page, f"{language}-{name}-{theme}-{size}", whole=not address.startswith("/chat"))
        assert left_in_english(page, language) == [], address
        _turned(page, f"rtl-{language}-{name}-{theme}-{size}")
    assert [said for said in site.complaints if "Security Policy" in said] == []


def _turned(page: Page, name: str) -> None:
    """The same page as a language that is written from the right would have it."""
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert not sticks_out(page)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_a_language_is_chosen_without_a_script_and_kept(site: Site) -> None:
    context = site.browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.address}/history?q=zebra")
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(f"{site.address}/history?q=zebra")
    expect(page.get_by_role("heading", name="Verlauf")).to_be_visible()
    page.goto(f"{site.address}/chat")
    expect(page.get_by_role("button", name="Français")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "de"
