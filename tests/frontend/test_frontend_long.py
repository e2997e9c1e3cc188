"""A transcript of 2,000 lines: it opens at once, scrolls without a stutter, and grows cheaply."""

from __future__ import annotations

import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.backend import entry, times
from playwright.sync_api import Page, Route, expect
from support.browser import TAKES_PICTURES
from support.site import Site

pytestmark = pytest.mark.e2e

FRONTEND = Path(__file__).resolve().parents[2] / "flask_frontend"
SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
LINES = 2000
NOTICED = 100
"""How many milliseconds of standing still a person notices; on an idle machine it is below 50."""
AT = "2026-11-20T14:02:11.000Z"
WORDS = ("I would like a table for two, please. ", "Certainly. At what time shall it be? ")
ARABIC = "أريد طاولة لشخصين، من فضلك."
LONG_TASKS = """async (selector) => {
  const scrolled = selector ? document.querySelector(selector) : document.scrollingElement;
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries()));
  observer.observe({ type: "longtask" });
  const end = () => scrolled.scrollHeight - scrolled.clientHeight;
  for (let step = 0; step <= 120 || scrolled.scrollTop < end() - 1; step++) {
    scrolled.scrollTop = (end() * Math.min(step, 120)) / 120;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return long.map(({ duration }) => duration);
}"""
"""Tasks of 50 ms or more, in milliseconds, while one scrolls from the first line to the last."""
LIVE = """
import { firstState } from "./js/session/state.js";
import { emptyTranscript, reduce } from "./js/session/transcript.js";
import { LogView } from "./js/views/log-view.js";
const view = new LogView();
view.connect();
let transcript = reduce(emptyTranscript(), { event: "caught_up", seq: 0, recovered: true });
const show = () => view.render({ ...firstState(), phase: "live", transcript });
const tell = (event) => { transcript = reduce(transcript, event); };
window.say = (count, text) => {
  for (let n = 0; n < count; n++) {
    const seq = transcript.lastSeq + 1;
    const role = seq %% 2 ? "user" : "agent";
    const order = { seq, order: seq, segment: `s${seq}`, at: "%s" };
    tell({ role, text: `${text} ${seq}`, final: true, ...order });
  }
  show();
};
window.append = () => {
  const begun = performance.now();
  for (let n = 0; n < 20; n++) window.say(1, "One more.");
  document.querySelector("#scroller").scrollTop; // lays it out
  return (performance.now() - begun) / 20;
};
document.querySelector("#transcript").hidden = false;
window.say(%d, "I would like a table for two, please. ".repeat(4));
"""


def long_session() -> list[dict[str, Any]]:
    """Entries of an hour's talk; one of them is in Arabic."""
    said = [
        entry(
            n, "user" if n % 2 else "agent", WORDS[n % 2] * (n % 7 + 1), _at(n), until=_at(n + 0.8)
        )
        for n in range(1, LINES + 1)
    ]
    said[-2]["text"] = ARABIC
    return said


def _at(line: float) -> str:
    """When a line of an hour's talk is said."""
    moment = datetime.fromisoformat(AT) + timedelta(seconds=line * 3600 / LINES)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.timed
def test_an_hour_of_talk_opens_in_a_second_and_scrolls_without_a_stutter(site: Site) -> None:
    page = site.open("/history")
    waits = [times(n, decision=200, token=300) for n in range(2, LINES + 1, 2)]
    site.backend.add("hour", site.know(page), entries=long_session(), turn_times=waits)
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        page.goto(f"{site.address}/history/hour", wait_until="load")
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 1
    assert min(max(page.evaluate(LONG_TASKS), default=0) for _ in range(3)) < NOTICED
    expect(page.locator(".entry").last).to_be_in_viewport()
    marks = page.locator("#time-line .mark")
    assert 50 < marks.count() < (LINES + len(waits)) / 4
    while page.locator("#zoom-out").is_enabled():
        page.locator("#zoom-out").click()
    expect(marks).to_have_count(LINES + len(waits))
    print(f"opened in {min(taken):.2f} s")


def test_a_line_far_below_is_scrolled_to(site: Site) -> None:
    page = site.open("/history")
    site.backend.add("hour", site.know(page), entries=long_session())
    page.goto(f"{site.address}/history/hour#line-1701")
    target = page.locator(".entry:target")
    expect(target).to_be_in_viewport()
    expect(target).to_have_attribute("id", "line-1701")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_line_has_its_own_direction(site: Site, theme: str) -> None:
    page = site.open("/history", size="phone", theme=theme)
    said = [entry(1, "user", ARABIC, AT), entry(2, "agent", WORDS[1], AT)]
    said += [entry(3, "agent", f"{ARABIC}\n\n- {ARABIC}\n- table", AT)]
    site.backend.add("arabic", site.know(page), entries=said)
    page.goto(f"{site.address}/history/arabic")
    words = page.locator(".entry .words")
    directions = words.evaluate_all("all => all.map((each) => getComputedStyle(each).direction)")
    assert directions == ["rtl", "ltr", "rtl"]
    if TAKES_PICTURES:
        page.screenshot(path=SCREENSHOTS / f"session-arabic-{theme}.png")


@pytest.fixture
def live(site: Site) -> Page:
    """The page where one talks, whose log has so many lines."""
    bundle = subprocess.run(
        [
            str(FRONTEND / "node_modules" / ".bin" / "esbuild"),
            "--bundle",
            "--format=esm",
            "--sourcefile=long.mjs",
        ],
        input=LIVE % (AT, LINES),
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    page = site.open("/chat")

    def answer(route: Route) -> None:
        route.fulfill(body=bundle, content_type="text/javascript")

    page.route("**/static/js/voice-agent.js*", lambda route: route.abort())
    page.route("**/static/js/long-log.js", answer)
    page.reload()
    page.evaluate("document.querySelector('.middle:not([hidden])')?.setAttribute('hidden', '')")
    page.add_script_tag(url=f"{site.address}/static/js/long-log.js", type="module")
    expect(page.locator("#log .entry").last).to_be_in_viewport()
    return page


@pytest.mark.timed
def test_a_long_log_scrolls_without_a_stutter_and_grows_cheaply(live: Page) -> None:
    milliseconds = min(live.evaluate("window.append()") for _ in range(3))
    assert milliseconds < NOTICED
    expect(live.locator("#log .entry").last).to_be_in_viewport()
    assert min(max(live.evaluate(LONG_TASKS, "#scroller"), default=0) for _ in range(3)) < NOTICED
    print(f"appended in {milliseconds:.1f} ms")
