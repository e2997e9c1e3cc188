"""The live log's quiet lines in a real browser: a tool that opens, and a service that took over."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.browser import TAKES_PICTURES
from support.processes import ROOT
from support.site import LOOKS, Site, sticks_out

pytestmark = pytest.mark.e2e

FRONTEND = ROOT / "flask_frontend"
SCREENSHOTS = Path(ROOT) / "tests" / "screenshots"
AT = "2026-11-20T14:02:11.000Z"
LIVE = """
import { firstState } from "./js/session/state.js";
import { emptyTranscript, reduce } from "./js/session/transcript.js";
import { LogView } from "./js/views/log-view.js";
const view = new LogView();
view.connect();
let transcript = emptyTranscript();
window.tell = (events) => {
  transcript = events.reduce(reduce, transcript);
  view.render({ ...firstState(), phase: "live", transcript });
};
document.querySelector("#transcript").hidden = false;
"""
"""A live log that the test tells events."""
SUMMARY = "Three tables are free: by the window at 19:30, in the garden at 20:00, inside at 20:30."


def said(seq: int, role: str, text: str) -> dict[str, Any]:
    place = {"seq": seq, "order": seq, "segment": f"s{seq}", "at": AT}
    return {"role": role, "text": text, "final": True, **place}


def told(seq: int, event: str, **facts: Any) -> dict[str, Any]:
    return {"event": event, "seq": seq, "at": AT, **facts}


GIVEN = {"day": "tomorrow", "people": 2, "wishes": "a-table-whose-wish-is-one-very-long-word" * 3}
FIND = {"call": "c1", "name": "find_free_tables_of_the_restaurant"}
NOTE = {"call": "c2", "name": "note"}
SWITCHED = {"service": "tts", "reason": "unreachable"}
TALK = [
    said(1, "agent", "Hello. I can help you book, change or cancel a table."),
    said(2, "user", "I would like to book a table for two people tomorrow evening."),
    told(3, "tool_started", **FIND, arguments=GIVEN),
    told(4, "tool_ended", **FIND, ok=True, milliseconds=1240, summary=SUMMARY),
    told(5, "service_switched", **SWITCHED, to="fallback"),
    said(6, "agent", "There are three. Would you like to sit by the window at half past seven?"),
    said(7, "user", "Yes, please."),
    told(8, "tool_started", **NOTE, arguments={"text": "By the window."}),
    told(9, "tool_ended", **NOTE, ok=True, milliseconds=3),
    told(10, "tool_started", call="c3", name="book", arguments={"day": "tomorrow"}),
    told(11, "tool_ended", call="c3", name="book", ok=False, milliseconds=8000, summary="Timeout"),
    told(12, "service_switched", **SWITCHED, to="first"),
    told(13, "tool_started", call="c4", name="book", arguments={"day": "tomorrow"}),
]


@pytest.fixture(scope="module")
def bundle() -> Iterator[str]:
    esbuild = FRONTEND / "node_modules" / ".bin" / "esbuild"
    yield subprocess.run(
        [str(esbuild), "--bundle", "--format=esm", "--sourcefile=live.mjs"],
        input=LIVE,
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_a_tool_opens_by_keyboard_and_a_switch_is_told(
    site: Site, bundle: str, theme: str, size: str
) -> None:
    page = site.open("/chat", size=size, theme=theme)
    tell(page, site, bundle)
    lines = page.locator("#log .tool")
    expect(lines).to_have_text(
        [
            "Used find_free_tables_of_the_restaurant · 1.2 s",
            "Noted",
            "book did not work · 8.0 s",
            "Using book …",
        ],
        use_inner_text=True,
    )
    expect(page.locator("#log .failure")).to_have_text(
        [
            "The voice service failed; another one is in use now.",
            "The voice service works again and is back in use.",
        ]
    )
    lines.first.locator("summary").press("Enter")
    expect(lines.first.get_by_text(SUMMARY)).to_be_visible()
    lines.first.scroll_into_view_if_needed()
    if TAKES_PICTURES:
        page.screenshot(path=SCREENSHOTS / f"live-tools-{theme}-{size}.png")
    assert not sticks_out(page)
    assert page.evaluate(INSIDE), "the log scrolls sideways"


INSIDE = """() => {
  const { scrollWidth, clientWidth } = document.querySelector("#scroller");
  return scrollWidth <= clientWidth;
}"""


def tell(page: Page, site: Site, bundle: str) -> None:
    """Puts that talk into the log of a page whose own script does not run."""
    page.route("**/static/js/voice-agent.js*", lambda route: route.abort())
    page.route(
        "**/static/js/live-log.js",
        lambda route: route.fulfill(body=bundle, content_type="text/javascript"),
    )
    page.reload()
    page.evaluate("document.querySelector('.middle:not([hidden])')?.setAttribute('hidden', '')")
    page.add_script_tag(url=f"{site.address}/static/js/live-log.js", type="module")
    page.evaluate(f"window.tell({json.dumps(TALK)})")
