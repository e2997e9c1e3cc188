"""What staff see in a browser: the admin and the API's description work under their policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fuzz.calls import CALLS
from playwright.sync_api import Browser, ConsoleMessage, expect
from support.product import Product

pytestmark = pytest.mark.e2e
PATIENCE = 30_000
ICON = "/favicon.ico"
"""Browsers ask for it, and Django's admin has none."""


def told(line: ConsoleMessage) -> str:
    return f"{line.text} {line.location['url']}"


def test_staff_sign_in_and_read_without_a_complaint_of_the_browser(
    product: Product, password: str, chromium: Callable[..., Browser]
) -> None:
    page = chromium().new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda line: line.type == "error" and complaints.append(told(line)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    expect.set_options(timeout=PATIENCE)
    page.goto(f"{product.backend.url}/admin/")
    page.fill("#id_username", "root")
    page.fill("#id_password", password)
    page.click("[type=submit]")
    expect(page.locator("#user-tools")).to_contain_text("root")
    page.goto(f"{product.backend.url}/admin/voice_sessions/event/?type=final&q=x")
    expect(page.locator("#changelist-filter")).to_be_visible()
    page.goto(f"{product.backend.url}/schema/docs")
    expect(page.locator(".opblock")).to_have_count(len(CALLS))
    page.locator(".opblock", has_text="/health").locator(".opblock-summary-control").click()
    page.click("text=Try it out")
    page.click("text=Execute")
    expect(page.locator(".live-responses-table .response-col_status").last).to_have_text("200")
    assert [complaint for complaint in complaints if ICON not in complaint] == []
