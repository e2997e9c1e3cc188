"""The console's navigation in a real browser: by keyboard, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.site import Site

pytestmark = pytest.mark.e2e

PARTS = ["Agents", "Sessions", "Usage", "Webhooks", "Service keys", "Allowed hosts", "API keys"]
PARTS += ["Operators", "Audit"]
OF_ALL = ["Agents", "Sessions", "Usage"]
LEAST_TARGET = 24
"""How many pixels WCAG 2.2 asks of what one presses, in both directions."""
FOCUSED = "document.activeElement.textContent.trim()"


def signed_in(site: Site, name: str, *, size: str = "desktop", language: str = "en-GB") -> Page:
    backend: Any = site.backend
    page = site.open("/console/sign-in", size=size, language=language)
    cookie = f"voice_agent_{site.address.rpartition(':')[2]}_operator"
    page.context.add_cookies(
        [{"name": cookie, "value": backend.sign_in(name), "url": site.address}]
    )
    page.goto(f"{site.address}/console")
    return page


def test_each_part_is_reached_by_tab_in_order_and_opened_by_enter(site: Site) -> None:
    page = signed_in(site, "mara")
    links = page.locator(".console-nav a")
    expect(links).to_have_text([*PARTS, "mara · Owner"])
    links.first.focus()
    reached = []
    for _ in PARTS:
        reached.append(page.evaluate(FOCUSED))
        page.keyboard.press("Tab")
    assert reached == PARTS
    links.filter(has_text="Allowed hosts").press("Enter")
    expect(page.get_by_role("heading", name="Allowed hosts", level=1)).to_be_visible()
    expect(page.locator(".console-nav [aria-current=page]")).to_have_text(["Allowed hosts"])


def test_whoever_is_no_owner_sees_the_parts_of_all(site: Site) -> None:
    page = signed_in(site, "vera")
    expect(page.locator(".console-nav a")).to_have_text([*OF_ALL, "vera · Viewer"])


@pytest.mark.parametrize("language", ["en-GB", "de", "es", "fr"])
def test_a_phone_shows_all_parts_in_few_rows_that_a_finger_hits(site: Site, language: str) -> None:
    page = signed_in(site, "mara", size="phone", language=language)
    boxes = [each.bounding_box() for each in page.locator(".console-nav a").all()]
    found = [box for box in boxes if box is not None]
    assert len(found) == len(PARTS) + 1
    assert all(min(box["width"], box["height"]) >= LEAST_TARGET for box in found)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in found)
    assert len({round(box["y"]) for box in found}) <= 4
