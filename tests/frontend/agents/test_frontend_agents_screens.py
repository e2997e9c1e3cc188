"""Agents in a real browser: whom to choose, each one's page, and History, at every size."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fakes.backend import agent
from frontend.test_frontend_screens import fill, look
from playwright.sync_api import expect
from support.site import LOOKS, Site

pytestmark = pytest.mark.e2e

LONG = "Helps you find a quiet table near the window, and changes or cancels one that you have. "
AGENTS = [
    agent("ada", name="Ada", description="Books, changes and cancels tables at Luigi's."),
    agent("empfang", name="Empfang", description="Nimmt Anrufe an und verbindet.", language="de"),
    agent("guest", name="Guest", visibility="link"),
    agent("layla", name="ليلى", description="تحجز الطاولات (Luigi's).", language="ar"),
    agent("long", name="The night porter of the Grand Hotel" * 2, description=LONG * 3),
]


def known(session: dict[str, Any], slug: str) -> dict[str, Any]:
    found = next(each for each in AGENTS if each["slug"] == slug)
    return session | {"agent": {"slug": slug, "name": found["name"], "revision": 12}}


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_every_page_of_agents_looks_right(site: Site, theme: str, size: str) -> None:
    site.backend.agents += AGENTS
    page = site.open("/history", size=size, theme=theme)
    fill(site.backend, site.know(page))
    for number, slug in ((-1, "ada"), (-2, "empfang"), (-3, "long"), (-4, "layla")):
        site.backend.transcripts[number] = known(site.backend.transcripts[number], slug)
    for name, address in {
        "choice": "/chat",
        "page": "/chat/ada",
        "long": "/chat/long",
        "rtl": "/chat/layla",
        "link": "/chat/guest",
        "continues": "/chat/ada?continues=long",
        "history": "/history",
        "session": "/history/long",
    }.items():
        page.goto(site.address + address)
        look(page, f"agents-{name}-{theme}-{size}")
    assert [said for said in site.complaints if "Security Policy" in said] == []
    page.goto(f"{site.address}/chat/nobody")
    look(page, f"agents-unknown-{theme}-{size}")


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_a_choice_alone_looks_right(site: Site, theme: str, size: str) -> None:
    site.backend.agents = AGENTS
    page = site.open("/chat", size=size, theme=theme)
    expect(page.get_by_role("link", name="Ada")).to_be_visible()
    look(page, f"agents-alone-{theme}-{size}")


def test_one_gets_to_an_agent_without_a_mouse_or_a_script(site: Site) -> None:
    site.backend.agents += AGENTS
    context = site.browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.address}/chat")
    page.get_by_role("link", name="Ada").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Empfang")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/chat/empfang")
    expect(page.get_by_role("heading", name=re.compile("Talk with .Empfang."))).to_be_visible()
    expect(page.get_by_role("navigation", name="Other agents").get_by_role("link")).to_have_count(4)


def test_the_page_keeps_its_agents_words_once_its_script_runs(site: Site) -> None:
    site.backend.agents += AGENTS
    page = site.open("/chat/ada")
    expect(page.get_by_role("button", name="Start talking")).to_be_enabled()
    expect(page.get_by_role("heading", name=re.compile("Talk with .Ada."))).to_be_visible()
    expect(page.get_by_text("Books, changes and cancels tables")).to_be_visible()
