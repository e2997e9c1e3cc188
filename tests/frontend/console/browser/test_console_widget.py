"""The line that puts an agent's button on other pages, in the agent's editor."""

from __future__ import annotations

import pytest
from console_steps import opened
from frontend.console.browser.test_console_screens import SCREENSHOTS
from playwright.sync_api import expect
from support.browser import TAKES_PICTURES
from support.site import Site, sticks_out

pytestmark = pytest.mark.e2e


def test_the_line_for_other_pages_is_copied(site: Site) -> None:
    page = opened(site, "/console/agents/table-bookings")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wanted = f'<script async src="{site.address}/widget.js" data-agent="table-bookings"></script>'
    expect(page.locator("#snippet")).to_have_text(wanted)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == wanted
    page.set_viewport_size({"width": 375, "height": 800})
    page.locator("#snippet").scroll_into_view_if_needed()
    assert not sticks_out(page)
    if TAKES_PICTURES:
        for width in (375, 1280):
            for theme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                SCREENSHOTS.mkdir(exist_ok=True)
                page.screenshot(path=SCREENSHOTS / f"console-widget-{theme}-{width}.png")
    page.goto(f"{site.address}/console/agents/new")
    expect(page.locator("#snippet")).to_have_count(0)
