"""The pages in a real browser: they work under their policy, in both themes, at phone width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fakes.backend import FakeBackend, entry
from playwright.sync_api import Page, expect
from support.site import SIZES, Site

pytestmark = pytest.mark.e2e

SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
FOCUSED = "document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText"
CUT_OFF = """() => [...document.querySelectorAll(".facts")].flatMap((facts) => {
  const dot = parseFloat(getComputedStyle(facts).getPropertyValue("--dot"));
  const edge = facts.getBoundingClientRect().left + dot - 1;
  return [...facts.children].filter((fact) => {
    const text = document.createRange();
    text.selectNodeContents(fact);
    return [...text.getClientRects()].some(({ left, width }) => width && left < edge);
  }).map((fact) => fact.textContent.trim());
})"""
"""The facts of which the left edge cuts off a line: it hides the dots that begin one."""
TITLES = [
    ("I would like to book a table for two people tomorrow evening.", "stopped"),
    ("What time is it in Lisbon, and do I need to change my watch when I fly there?", "left"),
    ("Tell me a story", "too_long"),
    ("", "idle"),
    ("Could you remind me what you can do?", "agent_failed"),
]


def fill(backend: FakeBackend, visitor: str) -> None:
    """A history to look at: endings of every sort, a live session, and an older page."""
    for number in range(18):
        backend.add(f"old-{number}", visitor)
    for number, (title, reason) in enumerate(TITLES):
        said = [entry(1, "user", title, "2026-11-20T14:02:17Z")] if title else []
        backend.add(f"session-{number}", visitor, entries=said, end_reason=reason)
    backend.add("live", visitor, state="active", ended_at=None, end_reason=None)
    backend.add("long", visitor, entries=conversation())


def conversation() -> list[dict[str, object]]:
    at = "2026-11-20T14:02:{:02}.000Z".format
    return [
        entry(1, "agent", "Hello. I can help you book, change or cancel a table.", at(11)),
        entry(3, "user", "I would like to book a table for two people tomorrow evening.", at(17)),
        entry(5, "agent", "Certainly. What time would", at(18), interrupted=True),
        entry(7, "user", "At half past seven, and could we sit by the window?", at(20)),
        entry(9, "agent", "A table for two by the window, tomorrow at half past seven.", at(24)),
    ]


def look(page: Page, name: str) -> None:
    """Keeps a picture, and sees that nothing sticks out sideways or is cut off."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_looks_right(site: Site, theme: str, size: str) -> None:
    end = f"{theme}-{size}"
    page = site.open("/history", size=size, theme=theme)
    look(page, f"history-empty-{end}")
    fill(site.backend, site.know(page))
    page.goto(f"{site.address}/history")
    look(page, f"history-list-{end}")
    page.goto(f"{site.address}/history?q=zebra")
    look(page, f"history-nothing-{end}")
    page.goto(f"{site.address}/history/long")
    look(page, f"session-{end}")
    assert site.complaints == []
    site.backend.fail("/sessions", status=500)
    page.goto(f"{site.address}/history")
    look(page, f"trouble-{end}")


def test_try_again_leads_back_once_the_backend_answers(site: Site) -> None:
    page = site.open("/history")
    site.backend.add("session-1", site.know(page))
    site.backend.fail("/sessions", status=503)
    page.goto(f"{site.address}/history?q=table")
    site.backend.failures.clear()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("link", name="I would like to book a table.")).to_be_visible()
    assert page.url.endswith("/history?q=table")


def test_times_are_the_readers_own(site: Site) -> None:
    page = site.open("/history")
    visitor = site.know(page)
    site.backend.add("summer", visitor, started_at="2026-07-20T14:02:11Z")
    page.goto(f"{site.address}/history")
    expect(page.locator("time")).to_have_text("20 Jul 2026, 15:02")


def test_the_theme_is_remembered_from_the_first_frame(site: Site) -> None:
    page = site.open("/history")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(251, 250, 248)"
    page.get_by_label("Theme").select_option("Dark")
    assert page.evaluate(paper) == "rgb(20, 19, 18)"
    page.reload()
    expect(page.get_by_label("Theme")).to_have_value("dark")
    assert page.evaluate(paper) == "rgb(20, 19, 18)"
    page.get_by_label("Theme").select_option("System")
    assert page.evaluate(paper) == "rgb(251, 250, 248)"


def test_the_keyboard_reaches_everything_in_reading_order(site: Site) -> None:
    page = site.open("/history")
    fill(site.backend, site.know(page))
    page.goto(f"{site.address}/history")
    names = []
    for _ in range(8):
        page.keyboard.press("Tab")
        names.append(page.evaluate(FOCUSED).split("\n")[0])
    assert names[:4] == ["Skip to content", "Voice Agent", "Talk", "History"]
    assert names[5:] == ["Search by the first words you said", "Search", conversation()[1]["text"]]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/history/long$"))


def test_a_search_goes_without_a_mouse(site: Site) -> None:
    page = site.open("/history")
    fill(site.backend, site.know(page))
    page.goto(f"{site.address}/history")
    page.get_by_role("searchbox").fill("Lisbon")
    page.keyboard.press("Enter")
    expect(page.locator(".session")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("Lisbon")
