"""What is wrong, on a phone in German: it fits, leads to its field, and keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.console import LINK, FakeConsole, wrong
from fakes.console.filled import fill
from frontend.console.browser.test_console_screens import AXE, RUN_AXE, cookie, picture
from playwright.sync_api import Page, expect
from support.site import Site, left_in_english, sticks_out

pytestmark = pytest.mark.e2e

SUBMIT = """(where) => {
  const form = document.querySelector(where).form;
  form.noValidate = true;
  form.requestSubmit(form.querySelector('.main') ?? undefined);
}"""
WITHIN = [
    wrong("#/timezone", "time_zone"),
    wrong("#/services/llm/base_url", "server_address"),
    wrong("#/variables/0/name", "variable_name"),
    wrong("#/greeting", "no_variable", places=["{{tisch}}", "{{gast}}"]),
]
TOOL = [
    wrong("#/tools/0/parameters", "no_schema_of_an_object"),
    wrong("#/tools/0/url", "tool_address"),
    wrong("#/tools/0/headers", "no_header", header="Authorization"),
]
CASES: dict[str, tuple[str, str, list[Any], str, str]] = {
    # Where, what is asked of the backend, what is wrong, what is typed into which field.
    "editor": (
        "/agents/table-bookings",
        "PATCH /agents/table-bookings",
        WITHIN,
        "#field-timezone",
        "Europe/Lissabon",
    ),
    "tool": (
        "/agents/table-bookings/tools/find_table",
        "PATCH /agents/table-bookings",
        TOOL,
        "#field-parameters",
        "{oops",
    ),
    "key": ("/keys", "POST /api-keys", [wrong("#/scopes", "no_scopes")], "#name", "Laden"),
    "credential": (
        "/credentials",
        "POST /credentials",
        [wrong("#/key", "key_signs"), wrong("#/base_url", "server_address")],
        "#name",
        "Unsere Stimmen",
    ),
    "host": ("/hosts", "POST /allowed-hosts", [wrong("#/host", "one_host")], "#host", "a b"),
    "webhook": (
        "/webhooks/new",
        "POST /webhooks",
        [wrong("#/url", "needs_https"), wrong("#/events", "too_few")],
        "#field-url",
        "http://a.example/hook",
    ),
    "import": (
        "/agents/import",
        "POST /agents",
        [wrong("#/body", "file_no_yaml_at", line=3, column=12, reason="x")],
        "#text",
        "slug: [",
    ),
    "join": (
        f"/join#{LINK}",
        "POST /operators/join",
        [wrong("#/password", "password_too_short", min_length=10)],
        "#username",
        "ada",
    ),
}


def test_what_is_wrong_is_told_in_german_on_a_phone(site: Site) -> None:
    backend: Any = site.backend
    fill(backend)
    page = site.open("/console/sign-in", language="de")
    page.set_viewport_size({"width": 375, "height": 800})
    page.context.add_init_script(path=AXE)
    page.on("dialog", lambda dialog: dialog.accept())
    known = {"name": cookie(site), "value": backend.sign_in("mara"), "url": site.address}
    page.context.add_cookies([known])
    for name, case in CASES.items():
        sent(page, backend, site.address, case)
        picture(page, f"console-wrong-{name}-de")
        assert left_in_english(page, "de") == [], name
        assert not sticks_out(page), name
        assert page.evaluate(RUN_AXE) == [], name
        leads_to_its_field(page)


def sent(page: Page, backend: FakeConsole, address: str, case: tuple[Any, ...]) -> None:
    """Types something, sends the form, and sees that it is refused with what was typed kept."""
    path, what, faults, place, typed = case
    backend.refuse(what, 400, "invalid", faults=faults)
    page.goto(f"{address}/console{path}")
    page.fill(place, typed)
    with page.expect_navigation():
        page.evaluate(SUBMIT, place)
    backend.refusals.clear()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(place)).to_have_value(typed)


def leads_to_its_field(page: Page) -> None:
    """Each link of the summary leads to a field that is described by what is wrong with it."""
    for link in page.get_by_role("alert").get_by_role("link").all():
        field = page.locator(str(link.get_attribute("href")))
        described = str(field.get_attribute("aria-describedby"))
        told = [place for place in described.split() if place.startswith("error-")]
        expect(page.locator(f"#{told[0]}")).not_to_be_empty()
        if field.evaluate("field => field.tagName") != "FIELDSET":
            assert field.get_attribute("aria-invalid") == "true"
        link.click()
        expect(field).to_be_in_viewport()
