"""The console in a real browser: every page and state, for keyboards, phones and the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from console_steps import Step, at, press, sign_in
from fakes.console import LINK, FakeConsole
from fakes.console.filled import fill
from playwright.sync_api import Page, expect
from support.browser import TAKES_PICTURES
from support.processes import ROOT
from support.site import LOOKS, Site, left_in_english, sticks_out

pytestmark = pytest.mark.e2e

SCREENSHOTS = ROOT / "tests" / "screenshots"
AXE = ROOT / "flask_frontend/node_modules/axe-core/axe.min.js"
RUN_AXE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
  ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`)"""
WIDTHS = {"desktop": 1280, "phone": 375}


def refused(what: str, status: int, code: str, **more: Any) -> Step:
    return lambda _, backend: backend.refuse(what, status, code, **more)


def allowed(_: Page, backend: FakeConsole) -> None:
    backend.refusals.clear()


def overtaken(page: Page, backend: FakeConsole) -> None:
    """Two save at once: the other one first."""
    backend.save("table-bookings", "otto", voice="verse", description="All about tables.")
    page.fill("#field-description", "Tables, and nothing else.")
    page.fill("#field-voice", "alloy")
    press("^Save$")(page, backend)


def ended(page: Page, backend: FakeConsole) -> None:
    """The pass ends while somebody types."""
    backend.passes.clear()
    press("^Save$")(page, backend)


def tried(page: Page, _: FakeConsole) -> None:
    """The frame says what is in the way."""
    expect(page.frame_locator("iframe[name=try]").get_by_text("Not tried yet.")).to_be_visible()


def listed(page: Page, backend: FakeConsole) -> None:
    """A server of MCP tells of its tools."""
    names = {"count_guests": "How many come on a day.", "book": ""}
    told = [{"name": name, "description": said} for name, said in names.items()]
    backend.tools.trial |= {"tools": told, "answer": "", "status": None}
    press("^List its tools$")(page, backend)


def joining(page: Page, backend: FakeConsole) -> None:
    page.fill("#username", "ada")
    page.fill("#password", "password1")
    press("^Join$")(page, backend)


def hook_typed(page: Page, backend: FakeConsole) -> None:
    page.fill("#field-name", "crm")
    page.fill("#field-url", "https://crm.example/#nowhere")
    press("^Make the webhook$")(page, backend)


WRONG_HOOK = {
    "url": ["Use a whole address, such as https://example.com/hooks/voice."],
    "name": ["A webhook has this name already."],
}


def entering(page: Page, backend: FakeConsole) -> None:
    page.fill("#name", "Another")
    page.fill("#key", "with blank")
    press("^Store the key$")(page, backend)


def allowing(page: Page, backend: FakeConsole) -> None:
    page.fill("#host", "http://tools.lan")
    press("^Allow$")(page, backend)


def making(page: Page, backend: FakeConsole) -> None:
    page.fill("#name", "Booking system")
    press("^Make a key$")(page, backend)


FAILED = {"ok": False, "milliseconds": 40, "reason": "refused", "problem": "It refused the key."}
WRONG_KEY = {"key": ["Enter the key alone, as the service shows it, without blanks or quotes."]}
WRONG = {
    "timezone": ["Use the name of a time zone such as Europe/Berlin, or UTC."],
    "services": ["Use the server's address alone, such as https://api.example.com/v1."],
    "variables": ["Another name is needed for date."],
}
HOOK = at("/console/webhooks/" + "h" * 21 + "0")
EDITOR = at("/console/agents/table-bookings")


def import_over(page: Page) -> None:
    """A file of an agent that is there already."""
    page.goto(page.url.partition("/console")[0] + "/console/agents/import")
    page.fill("#text", "slug: table-bookings\nname: Tables\nvoice: nova\ngreeting: Good evening.")
    page.locator("form[data-keep] button").click()
    expect(page.locator(".changes")).to_be_visible()


STATES: dict[str, list[Step]] = {
    "sign-in": [at("/console/sign-in")],
    "sign-in-wrong": [sign_in("mara", "not right")],
    "join": [at(f"/console/join#{LINK}")],
    "join-wrong": [
        refused("POST /operators/join", 400, "invalid", errors={"password": ["It is too common."]}),
        joining,
        allowed,
    ],
    "agents": [at("/console/sign-in"), sign_in("mara")],
    "new": [at("/console/agents/new")],
    "editor": [EDITOR],
    "editor-tried": [
        refused("POST /agents/table-bookings/drafts", 400, "invalid", errors=WRONG),
        press("^Try$", goes=False),
        tried,
        allowed,
    ],
    "editor-retire": [press("^Retire$", goes=False)],
    "editor-wrong": [
        EDITOR,
        refused("PATCH /agents/table-bookings", 400, "invalid", errors=WRONG),
        press("^Save$"),
        allowed,
    ],
    "editor-overtaken": [EDITOR, overtaken],
    "editor-saved": [press("all the same")],
    "revisions": [at("/console/agents/table-bookings/revisions")],
    "revision": [press("^Revision 1$", role="link")],
    "tools": [at("/console/agents/table-bookings/tools")],
    "tool": [press("^find_table$", role="link")],
    "tool-tried": [press("^Try it$")],
    "tool-new": [at("/console/agents/table-bookings/tools/new/http")],
    "tool-mcp": [at("/console/agents/table-bookings/tools/house"), listed],
    "import": [at("/console/agents/import")],
    "import-over": [lambda page, _: import_over(page)],
    "import-wrong": [
        at("/console/agents/import"),
        refused("POST /agents", 400, "malformed_json", detail="This is no YAML: line 1."),
        press("Make the agent"),
        allowed,
    ],
    "credentials": [at("/console/credentials")],
    "credentials-tested": [press("^Test", goes=True)],
    "credentials-bad": [
        refused("POST /credentials/id-0/test", 200, "x", **FAILED),
        press("^Test", goes=True),
        allowed,
    ],
    "credentials-delete": [press("^Delete$", goes=False)],
    "credentials-wrong": [
        at("/console/credentials"),
        refused("POST /credentials", 400, "invalid", errors=WRONG_KEY),
        entering,
        allowed,
    ],
    "hosts": [at("/console/hosts")],
    "hosts-wrong": [
        refused("POST /allowed-hosts", 400, "invalid", errors={"host": ["Use one host alone."]}),
        allowing,
        allowed,
    ],
    "keys": [at("/console/keys")],
    "keys-made": [making],
    "operators": [at("/console/operators")],
    "operators-remove": [press("^Remove$", goes=False)],
    "operators-invited": [at("/console/operators"), press("^Make a link$")],
    "sessions": [at("/console/sessions")],
    "sessions-none": [at("/console/sessions?before=z&from=2026-03-01&q=nothing")],
    "session": [at("/console/sessions/s1")],
    "usage": [at("/console/usage")],
    "webhooks": [at("/console/webhooks")],
    "webhook-new": [at("/console/webhooks/new")],
    "webhook-wrong": [
        refused("POST /webhooks", 400, "invalid", errors=WRONG_HOOK),
        hook_typed,
        allowed,
    ],
    "webhook": [HOOK],
    "webhook-rotate": [press("^New secret$", goes=False)],
    "webhook-secret": [press("^Make a new one$")],
    "audit": [at("/console/audit")],
    "account": [at("/console/account")],
    "ended": [EDITOR, ended],
    "go-on": [sign_in("mara")],
    "signed-out": [at("/console"), press("^Sign out$")],
    "viewer": [sign_in("vera"), EDITOR],
    "refused": [at("/console/operators")],
}


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_every_state_looks_right_and_has_nothing_that_axe_finds(
    site: Site, theme: str, size: str
) -> None:
    backend: Any = site.backend
    fill(backend)
    page = site.open("/console/sign-in", theme=theme)
    page.set_viewport_size({"width": WIDTHS[size], "height": 800})
    page.context.add_init_script(path=AXE)
    page.on("dialog", lambda dialog: dialog.accept())
    wrong: list[str] = []
    for name, steps in STATES.items():
        for step in steps:
            step(page, backend)
        page.wait_for_load_state()
        picture(page, f"console-{name}-{theme}-{size}")
        found = [*page.evaluate(RUN_AXE), *(["too wide"] if sticks_out(page) else [])]
        wrong += [f"{name}: {each}" for each in found]
    assert not wrong, "\n".join(wrong)
    assert [said for said in site.complaints if "Policy" in said] == []


def picture(page: Page, name: str) -> None:
    if TAKES_PICTURES:
        Path(SCREENSHOTS).mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


SUBPAGES = [f"/agents/table-bookings/{path}" for path in ("revisions", "tools", "tools/find_table")]


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_every_page_speaks_the_language_and_fits(site: Site, language: str) -> None:
    backend: Any = site.backend
    fill(backend)
    page = site.open("/console/sign-in", language=language)
    page.set_viewport_size({"width": 375, "height": 800})
    page.context.add_cookies(
        [{"name": cookie(site), "value": backend.sign_in("mara"), "url": site.address}]
    )
    parts = ["", "/agents/new", "/agents/import", "/operators", "/audit", "/account", "/join"]
    parts += ["/webhooks", "/credentials", "/hosts", "/keys", "/sessions", "/sessions/s1"]
    for path in (*parts, "/usage", "/agents/table-bookings", *SUBPAGES):
        page.goto(f"{site.address}/console{path}")
        picture(page, f"console-{language}{path.replace('/', '-')}")
        assert not sticks_out(page), path
        assert left_in_english(page, language) == [], path


def cookie(site: Site) -> str:
    return f"voice_agent_{site.address.rpartition(':')[2]}_operator"
