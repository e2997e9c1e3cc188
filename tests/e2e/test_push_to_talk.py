"""Somebody who talks by a button: it is heard while it is held, and answered when it is let go."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.browser import Tab
from support.limits import in_time
from support.speech import line, word_error_rate, write_wav
from support.waiting import until

pytestmark = pytest.mark.e2e
FIRST = "I would like to book a table for two people tomorrow evening."
SECOND = "What time is it now, and what can you do for me?"
PAUSE = 2.0
"""Seconds between the two, in which a turn of somebody hands-free would have ended."""

Launch = Callable[..., Browser]
Opened = Callable[..., Tab]


@pytest.fixture(scope="module")
def two_thoughts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("speech") / "two.wav"
    return write_wav(path, line(10.0, FIRST, PAUSE, SECOND, 60.0))


def test_the_turn_is_over_when_the_space_bar_comes_up(
    chromium: Launch, tab_of: Opened, two_thoughts: Path
) -> None:
    tab = tab_of(chromium(microphone=two_thoughts))
    page = tab.page
    page.get_by_label("Hold to talk").check()
    tab.start()
    tab.until_words("agent", 1)
    button = page.get_by_role("button", name="Hold to talk")
    expect(button).to_be_focused()
    assert tab.badges("user")[-1] == "muted"
    page.focus("#identity")
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.locator("#scroller").focus()
    tab.picture("button-up")
    page.keyboard.down("Space")
    expect(page.get_by_role("button", name="Let go to send")).to_be_visible()
    tab.picture("button-held")
    until(lambda: len(" ".join(tab.interims("user")[-1:]).split()) > 15, seconds=40, what="both")
    until_quiet_microphone(tab)
    assert len(tab.words("agent")) == 1 and tab.words("user") == [], "it is still the person's turn"
    page.keyboard.up("Space")
    let_go = time.monotonic()
    (mine,) = tab.until_words("user", 1)
    assert in_time(time.monotonic() - let_go, 4.0)
    assert word_error_rate(f"{FIRST} {SECOND}", mine) <= 0.35, mine
    reply = tab.until_words("agent", 2)[1]
    assert {word for word in ("time", "clock", "table", "evening") if word in reply.lower()}, reply
    assert tab.badges("user")[-1] == "muted"
    page.reload()
    tab.until_phase("live")
    expect(page.get_by_role("button", name="Hold to talk")).to_be_visible()
    page.keyboard.down("Space")
    page.click("#stop")
    tab.until_phase("ended")
    expect(page.locator("#start-again")).to_be_focused()
    page.keyboard.down("Space")
    page.keyboard.up("Space")
    assert tab.phase == "ended", "a key that is still down presses no button that comes up"
    assert tab.complaints == []


def until_quiet_microphone(tab: Tab) -> None:
    """Waits until the person has said all, and paused for longer than a turn's end takes."""
    said = {"words": "", "since": time.monotonic()}

    def is_quiet() -> bool:
        words = tab.interims("user")[-1]
        if words != said["words"]:
            said.update(words=words, since=time.monotonic())
        return time.monotonic() - float(said["since"]) > 2.0

    until(is_quiet, seconds=30, what="nothing more is said")


def test_a_tap_locks_the_button_and_the_choice_is_taken_in_the_middle_of_a_session(
    chromium: Launch, tab_of: Opened, two_thoughts: Path
) -> None:
    tab = tab_of(chromium(microphone=two_thoughts)).start()
    page = tab.page
    tab.until_words("agent", 1)
    page.get_by_label("Hold to talk").check()
    page.get_by_role("button", name="Hold to talk").click()
    button = page.get_by_role("button", name="Press to send")
    expect(button).to_have_attribute("aria-pressed", "true")
    until(lambda: len(" ".join(tab.interims("user")[-1:]).split()) > 15, seconds=40, what="both")
    until_quiet_microphone(tab)
    assert tab.words("user") == []
    button.click()
    (mine,) = tab.until_words("user", 1)
    assert word_error_rate(f"{FIRST} {SECOND}", mine) <= 0.35, mine
    page.get_by_label("Hands-free").check()
    expect(page.locator("#mute")).to_have_text("Mute")
    tab.until_words("agent", 2)
    page.click("#stop")
    tab.until_phase("ended")
    assert tab.complaints == []
