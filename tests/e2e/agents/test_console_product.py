"""Operators in real browsers, on the real backend: from the first link to signing out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect
from support.product import Product

from .desk import PASSWORD, PATIENCE, SLUG, Desk, link

pytestmark = pytest.mark.e2e
HIDDEN = "You know the harbour."


def test_from_the_first_link_to_an_agent_that_several_change(
    product: Product, chromium: Callable[..., Browser]
) -> None:
    expect.set_options(timeout=PATIENCE)
    browser = chromium()
    first = link(product)
    ada = Desk(browser, product).join(first, "ada")

    ada.page.get_by_role("link", name="New agent").click()
    ada.type(slug=SLUG, name="Harbour desk", instructions=HIDDEN, timezone="Lisbon")
    ada.press("Make the agent").told("Not saved yet.")
    expect(ada.page.locator("#error-timezone")).to_contain_text("such as Europe/London")
    expect(ada.page.locator("#field-instructions")).to_have_value(HIDDEN)
    ada.type(timezone="Europe/Lisbon").press("Make the agent").told("Saved as revision 1.")

    otto = Desk(browser, product).join(ada.invite("Editor"), "otto")
    otto.open().type(voice="hers", description="All about ships.")
    ada.open().type(voice="his", greeting="Ahoy.")
    otto.press("Save").told("Saved as revision 2.")
    ada.press("Save").told("otto saved revision 2 meanwhile.")
    expect(ada.page.locator(".told").first).to_contain_text("Description, Voice")
    expect(ada.page.locator("#field-voice")).to_have_value("his")
    expect(ada.page.locator("#field-description")).to_have_value("All about ships.")
    ada.press("Save all the same").told("Saved as revision 3.")
    expect(ada.page.locator("#field-greeting")).to_have_value("Ahoy.")

    ada.page.get_by_role("link", name="Revision 3").click()
    ada.page.get_by_role("button", name="Restore revision 1").click()
    ada.told("Saved as revision 4.")
    expect(ada.page.locator("#field-voice")).to_have_value("")

    ada.page.goto(f"{product.url}/console/audit")
    expect(ada.page.locator("main")).to_contain_text("restored revision 1 of the agent")
    ada.open().press("Retire").press("Retire it").told("The agent was retired.")
    ada.press("Sign out").told("You have signed out.")
    assert ada.page.goto(f"{product.url}/console").status == 404  # type: ignore[union-attr]
    again = Desk(browser, product)
    again.page.goto(first)
    again.page.get_by_label("Name").fill("late")
    again.page.get_by_label("Password").fill(PASSWORD)
    again.press("Join").told("This link was used already")
