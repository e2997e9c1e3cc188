"""Trying an agent beside its editor: a word is changed, Try is pressed, and it is heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, expect
from support.browser import SAMPLE
from support.product import Product
from support.speech import silence, write_wav
from support.waiting import until

from .desk import PATIENCE, Desk, link

pytestmark = pytest.mark.e2e
SLUG = "ferry-desk"
NEW = "Ahoy, the ferry leaves at nine."
LISTEN = f"""() => {{
  const level = {{ loudest: 0 }};
  window.__agentLevel = level;
  const note = (loudness) => {{ level.loudest = Math.max(level.loudest, loudness); }};
  {SAMPLE}
}}"""


def said(frame: FrameLocator) -> Any:
    """The first thing that the agent says in the conversation beside the editor."""
    return frame.locator('#log li[data-role="agent"][data-final="true"] .words').first


def loudest(desk: Desk) -> float:
    frame = desk.page.frame(name="try")
    assert frame
    return float(frame.evaluate("() => window.__agentLevel?.loudest ?? 0"))


def test_a_changed_greeting_is_heard_before_it_is_saved(
    product: Product, chromium: Callable[..., Browser], tmp_path: Path
) -> None:
    expect.set_options(timeout=PATIENCE)
    quiet = write_wav(tmp_path / "quiet.wav", silence(60))
    browser = chromium(microphone=quiet, autoplay=False)
    mara = Desk(browser, product).join(link(product), "mara")
    mara.page.get_by_role("link", name="New agent").click()
    mara.type(slug=SLUG, name="Ferry desk", greeting="Hello.").press("Make the agent")
    mara.told("Saved as revision 1.")
    frame = mara.page.frame_locator("iframe[name=try]")
    expect(frame.get_by_text("Press Try")).to_be_visible()

    mara.type(greeting="x {{nobody}}").press("Try")
    expect(frame.get_by_text("No such variable: {{nobody}}.")).to_be_visible()
    mara.type(greeting=NEW).press("Try")
    expect(frame.locator("#card")).to_have_attribute("data-phase", "live")
    mara.page.frame(name="try").evaluate(LISTEN)  # type: ignore[union-attr]
    expect(said(frame)).to_have_text(NEW)
    until(lambda: loudest(mara) > 0.01, seconds=20, what="audible")
    expect(mara.page.locator("#field-greeting")).to_have_value(NEW)

    mara.type(greeting="Ahoy once more.").press("Try")
    expect(said(frame)).to_have_text("Ahoy once more.")
    frame.get_by_role("button", name="Stop").click()
    expect(frame.locator("#card")).to_have_attribute("data-phase", "ended")
    mara.press("Save").told("Saved as revision 2.")
