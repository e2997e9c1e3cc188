"""A session's page as its insight: all that happened on one time line, heard again word by word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.backend import entry, times
from fakes.insight import BEGAN, Talk, at, talk, with_trouble
from playwright.sync_api import Page, expect
from support.browser import TAKES_PICTURES
from support.processes import ROOT
from support.site import LOOKS, Site

pytestmark = pytest.mark.e2e

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
AXE = ROOT / "flask_frontend/node_modules/axe-core/axe.min.js"
FOUND = "async () => (await axe.run()).violations.map(({ id, nodes }) => [id, nodes[0].html])"
WATCH = """() => {
  window.heard = [];
  const watch = () => {
    const [range] = CSS.highlights.get("heard") ?? [];
    const word = range?.toString();
    const second = document.getElementById("recorded-sound").currentTime;
    if (word && word !== window.heard.at(-1)?.word) window.heard.push({ word, second });
    requestAnimationFrame(watch);
  };
  watch();
}"""
SECOND = "document.getElementById('recorded-sound').currentTime"
HOUR = 3600.0


@pytest.fixture(scope="module")
def recorded() -> Talk:
    return talk()


def show(site: Site, recorded: Talk, size: str, theme: str, **changes: Any) -> Page:
    """The page of that talk, for somebody who has just opened it."""
    page = site.open("/history", size=size, theme=theme)
    site.backend.add("talk", site.know(page), **recorded.told(**changes))
    site.backend.sounds["talk"] = recorded.sound
    page.add_init_script(path=AXE)
    page.goto(f"{site.address}/history/talk")
    expect(page.locator("#time-line")).to_be_visible()
    return page


def look(page: Page, name: str) -> None:
    if TAKES_PICTURES:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"insight-{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_session_is_heard_again_from_any_mark_word_by_word(
    site: Site, recorded: Talk, theme: str
) -> None:
    page = show(site, recorded, "desktop", theme, events=with_trouble(recorded))
    page.evaluate(WATCH)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => window.heard.length >= 3")
    assert [each["word"] for each in page.evaluate("window.heard")][:2] == ["Casa", "Verde,"]
    expect(page.locator('#time-line .mark[tabindex="0"]')).to_have_count(1)
    page.locator('#time-line .mark[tabindex="0"]').focus()
    page.keyboard.press("Home")
    names = []
    for _ in range(4):
        names.append(page.evaluate("document.activeElement.ariaLabel"))
        page.keyboard.press("ArrowRight")
    assert names[0] == "The agent could hear, 00:00"
    assert names[1].startswith("Agent, 00:01, ") and "Casa Verde, good evening." in names[1]
    assert names[2].startswith("You spoke, ") and names[3].startswith("You, 00:")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.evaluate("window.heard = []")
    lit = page.locator('.entry[aria-current="true"]')
    expect(lit).to_contain_text("Tomorrow evening at eight")
    page.wait_for_function("() => window.heard.some(({ word }) => word === 'eight,')")
    words = [each["word"] for each in page.evaluate("window.heard")]
    assert " ".join(words) in recorded.entries[1]["text"]
    begins, ends = recorded.spoken[1]
    assert begins < page.evaluate(SECOND) < ends
    page.get_by_role("button", name="Pause").click()
    wait = page.get_by_role("button", name="Wait of 3.3 s for the reply")
    wait.click()
    expect(page.locator(".wait").first).to_contain_text("The language service took 2.4 s")
    assert site.complaints == []
    assert page.evaluate(FOUND) == []


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_time_line_looks_right_in_every_state(
    site: Site, recorded: Talk, theme: str, size: str
) -> None:
    end = f"{theme}-{size}"
    page = show(site, recorded, size, theme)
    page.get_by_role("button", name="Agent, 00:").nth(1).click()
    page.wait_for_function("() => CSS.highlights.has('heard')")
    page.get_by_role("button", name="Pause").click()
    look(page, f"recorded-{end}")
    page = show(site, recorded, size, theme, recording=None)
    expect(page.locator("#recorded-sound")).to_have_count(0)
    page.get_by_role("button", name="Agent, 00:").nth(1).click()
    expect(page.locator('.entry[aria-current="true"]')).to_contain_text("Eight is taken")
    look(page, f"unrecorded-{end}")
    page = show(site, recorded, size, theme, events=with_trouble(recorded))
    page.get_by_role("button", name="Another agent took over, 00:").focus()
    expect(page.locator("#mark-told")).to_contain_text("Another one is joining.")
    look(page, f"trouble-{end}")
    page = show(site, recorded, size, theme, **an_hour(recorded))
    page.locator("#lanes").evaluate("lanes => { lanes.scrollLeft = lanes.scrollWidth / 2; }")
    page.locator('.mark[aria-label^="Agent, 30:"]').first.focus()
    look(page, f"hour-{end}")
    assert site.complaints == []


def an_hour(recorded: Talk) -> dict[str, Any]:
    """What changes where the talk takes an hour, with 2,000 lines."""
    begins = [number * HOUR / 2000 for number in range(2000)]
    roles = ["agent" if number % 2 else "user" for number in range(2000)]
    texts = [("One more line of a long talk. ") * (number % 3 + 1) for number in range(2000)]
    said = [
        entry(number + 1, role, text, at(begin), until=at(begin + 1.2), typed=False)
        for number, (begin, role, text) in enumerate(zip(begins, roles, texts, strict=True))
    ]
    waits = [times(number + 1, decision=200, token=300) for number in range(1, 2000, 2)]
    loud = [int(abs(n % 40 - 20) * 6) for n in range(2000)]
    waveform = {"person": loud, "agent": loud[20:] + loud[:20]}
    told = {**recorded.recording, "seconds": HOUR, "waveform": waveform}
    ended = (BEGAN + timedelta(seconds=HOUR)).isoformat()
    return {"entries": said, "turn_times": waits, "recording": told, "ended_at": ended}
