"""The pages in a real browser: they work under their policy, in both themes, at phone width."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fakes.backend import FakeBackend, entry, local_voice, times
from playwright.sync_api import Page, expect
from support.browser import TAKES_PICTURES
from support.site import LOOKS, Site
from support.waiting import until

from flask_frontend.notice import notice_of

pytestmark = pytest.mark.e2e

SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
FOCUSED = "document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText"
LOCAL_VOICES: dict[str, dict[str, Any]] = {
    "fallback": {
        "ears": {"engine": "pocketsphinx", "reason": "no_wheel"},
        "voice": {"engine": "espeak", "reason": "no_wheel"},
        "head": {"state": "unfit", "reason": "no_wheel"},
    },
    "script": {"head": {"state": "off"}},
    "fetching": {"head": {"state": "fetching", "percent": 40, "fetched_bytes": 446_928_307}},
    "loading": {"head": {"state": "loading"}},
    "ready": {},
    "memory": {"head": {"state": "unfit", "reason": "memory"}},
    "taken": {"head": {"slots": 2, "free_slots": 0}},
    "language": {"language": "de"},
    "nearby": {
        "nearby": [
            {"name": "Ollama", "base_url": "http://127.0.0.1:11434/v1", "model": "llama3.2:latest"}
        ]
    },
    "silent": {"problem": "The local voice does not answer. It may be starting."},
}
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


WAITS = [
    times(5, text=120, decision=480, token=400, sound=200, heard=10),
    times(9, text=310, decision=290, token=2100, sound=640, heard=60),
]


def fill(backend: FakeBackend, visitor: str) -> None:
    """A history to look at: endings of every sort, a live session, and an older page."""
    for number in range(18):
        backend.add(f"old-{number}", visitor)
    for number, (title, reason) in enumerate(TITLES):
        said = [entry(1, "user", title, "2026-11-20T14:02:17Z")] if title else []
        backend.add(f"session-{number}", visitor, entries=said, end_reason=reason)
    backend.add("live", visitor, state="active", ended_at=None, end_reason=None)
    backend.add("long", visitor, entries=conversation(), turn_times=WAITS)


def conversation() -> list[dict[str, object]]:
    at = "2026-11-20T14:02:{:02}.000Z".format
    return [
        entry(1, "agent", "Hello. I can help you book, change or cancel a table.", at(11)),
        entry(3, "user", "I would like to book a table for two people tomorrow evening.", at(17)),
        entry(5, "agent", "Certainly. What time would", at(18), interrupted=True),
        entry(7, "user", "At half past seven, and could we sit by the window?", at(20)),
        entry(9, "agent", "A table for two by the window, tomorrow at half past seven.", at(24)),
    ]


def look(page: Page, name: str, *, whole: bool = False) -> None:
    """Sees that nothing sticks out sideways or is cut off, and keeps a picture if one is wanted."""
    if TAKES_PICTURES:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_every_page_looks_right(site: Site, theme: str, size: str) -> None:
    end = f"{theme}-{size}"
    page = site.open("/history", size=size, theme=theme)
    look(page, f"history-empty-{end}")
    fill(site.backend, site.know(page))
    page.goto(f"{site.address}/history")
    look(page, f"history-list-{end}")
    page.goto(f"{site.address}/history?q=zebra")
    look(page, f"history-nothing-{end}")
    page.goto(f"{site.address}/history?q=the")
    look(page, f"history-found-{end}")
    page.locator(".match a").first.click()
    expect(page.locator(".entry:target")).to_be_in_viewport()
    look(page, f"session-line-{end}")
    page.goto(f"{site.address}/history/long")
    look(page, f"session-{end}")
    page.get_by_role("button", name="You waited 3.4 s").click()
    look(page, f"session-wait-{end}")
    assert [said for said in site.complaints if "Autofocus" not in said] == []
    site.backend.fail("/sessions", status=500)
    page.goto(f"{site.address}/history")
    look(page, f"trouble-{end}")


def until_told(page: Page, site: Site) -> None:
    """Opens the page where one talks, when the site knows what the backend tells by now."""
    expected = notice_of(local_voice(site.backend.offline, **site.backend.local), "computer")
    assert expected

    def is_told() -> bool:
        page.goto(f"{site.address}/chat")
        return bool(page.locator("#notice-tail").inner_text() == expected.tail)

    until(is_told, what="the site has asked anew")


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_local_voice_looks_right_in_every_state(site: Site, theme: str, size: str) -> None:
    site.backend.offline = ("stt", "llm", "tts")
    page = site.open("/history", size=size, theme=theme)
    for name, changes in LOCAL_VOICES.items():
        site.backend.local = changes
        until_told(page, site)
        look(page, f"local-notice-{name}-{theme}-{size}")
        page.goto(f"{site.address}/local-voice")
        look(page, f"local-{name}-{theme}-{size}", whole=True)
    about_it = [said for said in site.complaints if "local-voice" in said or "Policy" in said]
    assert [said for said in about_it if "Access to fetch" not in said] == []


def test_the_notice_follows_the_model_without_a_reload(site: Site) -> None:
    site.backend.offline = ("stt", "llm", "tts")
    site.backend.local = {"head": {"state": "fetching", "percent": 40}}
    chat, behind = site.open("/chat"), site.open("/local-voice")
    expect(chat.locator("#notice")).to_contain_text("40 %")
    expect(behind.locator("progress")).to_have_attribute("value", "40")
    site.backend.local = {"head": {"state": "fetching", "percent": 41}}
    expect(chat.locator("#notice")).to_contain_text("41 %")
    site.backend.local = {}
    expect(chat.locator("#notice")).to_contain_text("a language model replies")
    expect(behind.locator("#head-name")).to_have_text("Qwen2.5-Coder 1.5B")
    expect(behind.locator("progress")).to_be_hidden()
    chat.get_by_role("link", name="What is behind it").press("Enter")
    expect(chat).to_have_url(re.compile("/local-voice$"))


def test_try_again_leads_back_once_the_backend_answers(site: Site) -> None:
    page = site.open("/history")
    site.backend.add("session-1", site.know(page))
    site.backend.fail("/sessions", status=503)
    page.goto(f"{site.address}/history?q=table")
    site.backend.failures.clear()
    page.get_by_role("link", name="Try again").click()
    found = page.get_by_role("link", name="I would like to book a table.", exact=True)
    expect(found).to_be_visible()
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
    assert names[5:] == ["Search all that was said", "Search", conversation()[1]["text"]]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/history/long$"))


def test_why_a_reply_took_so_long_is_one_key_away(site: Site) -> None:
    page = site.open("/history")
    fill(site.backend, site.know(page))
    page.goto(f"{site.address}/history/long")
    figure = page.get_by_role("button", name="You waited 3.4 s. Where the time went")
    expect(figure).to_have_text("3.4 s")
    expect(figure).to_have_attribute("aria-expanded", "false")
    reason = page.locator(f"#{figure.get_attribute('aria-controls')}")
    expect(reason).to_be_hidden()
    figure.focus()
    page.keyboard.press("Enter")
    expect(figure).to_have_attribute("aria-expanded", "true")
    expect(reason).to_contain_text("The language service took 2.1 s to its first word.")
    widths = "(bar) => [...bar.children].map((part) => part.getBoundingClientRect().width)"
    parts = reason.locator(".wait-bar").evaluate(widths)
    assert len(parts) == 5 and max(parts) == parts[2]
    page.keyboard.press("Space")
    expect(reason).to_be_hidden()
    assert site.complaints == []


def test_a_search_goes_without_a_mouse(site: Site) -> None:
    page = site.open("/history")
    fill(site.backend, site.know(page))
    page.goto(f"{site.address}/history")
    page.get_by_role("searchbox").fill("Lisbon")
    page.keyboard.press("Enter")
    expect(page.locator(".session")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("Lisbon")
