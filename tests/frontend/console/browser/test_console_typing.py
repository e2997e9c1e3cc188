"""What is typed in the console, in a real browser: kept, by keyboard alone, and secrets unseen."""

from __future__ import annotations

from typing import Any

import pytest
from console_steps import opened
from fakes.console import LINK
from fakes.console.filled import INSTRUCTIONS
from playwright.sync_api import expect
from support.site import Site

pytestmark = pytest.mark.e2e


def test_the_links_secret_goes_from_the_address_bar_into_the_form(site: Site) -> None:
    page = site.open(f"/console/join#{LINK}")
    expect(page).to_have_url(f"{site.address}/console/join")
    expect(page.locator("#link")).to_have_value(LINK)
    expect(page.locator("#link")).to_be_hidden()


def test_unsaved_words_are_not_left_by_accident(site: Site) -> None:
    page = opened(site, "/console/agents/table-bookings")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Greeting", exact=True).press_sequentially("Good evening.")
    page.get_by_role("link", name="Operators").click(no_wait_after=True)
    expect(page.get_by_label("Greeting", exact=True)).to_have_value("Good evening.")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved as revision 3.")
    page.get_by_role("link", name="Operators").click()
    expect(page.get_by_role("heading", name="Operators")).to_be_visible()
    assert asked == ["beforeunload"], "what is saved is left without a question"


def test_an_agent_is_changed_by_keyboard_alone(site: Site) -> None:
    page = opened(site, "/console/agents/table-bookings")
    page.get_by_label("The agent", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("The person")).to_be_checked()
    page.get_by_label("What it should do").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Be kind.")
    count = len(INSTRUCTIONS) + len(" Be kind.")
    expect(page.locator("[data-count=field-instructions]")).to_have_text(f"{count} of 16,000")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved as revision 3.")
    backend: Any = site.backend
    saved = backend.agents["table-bookings"][-1]
    assert saved["first_speaker"] == "person" and saved["instructions"].endswith(" Be kind.")
