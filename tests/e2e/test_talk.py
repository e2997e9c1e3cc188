"""A person opens the page, presses Start and talks with the agent; without any key."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browser import Tab
from support.limits import in_time
from support.product import Product
from support.speech import line, silence, word_error_rate, write_wav
from support.waiting import until

from .conftest import GRACE_SECONDS
from .room import agents_in_room, participants

pytestmark = pytest.mark.e2e
QUESTION = "I would like to book a table for two people tomorrow evening."
SECOND = "What time is it now?"
LEAD_IN = 8.0
REPLY_SECONDS = 14.0
HURRY = """() => {
  const wait = window.setInterval;
  window.setInterval = (look, ms, ...more) => wait(look, ms === 4000 ? 2 : ms, ...more);
}"""
"""Has livekit-client look at its connection every 2 ms, for which it has 4 s else."""

Launch = Callable[..., Browser]
Opened = Callable[..., Tab]


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A microphone that says two things after the greeting, with time for a reply between."""
    folder = tmp_path_factory.mktemp("speech")
    return write_wav(folder / "question.wav", line(LEAD_IN, QUESTION, REPLY_SECONDS, SECOND, 30.0))


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A microphone in a silent room."""
    return write_wav(tmp_path_factory.mktemp("speech") / "quiet.wav", silence(60))


def transcript(product: Product, tab: Tab) -> dict[str, object]:
    """The session as a second request of the same visitor sees it."""
    return dict(
        tab.page.evaluate(
            """async ([backend, id]) => {
              const { token } = await (await fetch("/visitor-token", { method: "POST" })).json();
              const answer = await fetch(`${backend}/transcripts/${id}`, {
                headers: { Authorization: `Bearer ${token}` } });
              return answer.json();
            }""",
            [product.backend.url, tab.session_id()],
        )
    )


def test_a_spoken_turn_from_greeting_to_reply(
    product: Product, chromium: Launch, tab_of: Opened, spoken: Path
) -> None:
    tab = tab_of(chromium(microphone=spoken))
    tab.picture("ready")
    begun = time.monotonic()
    tab.start()
    tab.until_audible()
    assert in_time(time.monotonic() - begun, 15.0)
    greeting = tab.until_words("agent", 1)[0]
    assert "voice agent" in greeting
    tab.until_words("user", 1)
    reply = tab.until_words("agent", 2)[1]
    assert {word for word in ("table", "people", "tomorrow", "evening") if word in reply.lower()}
    mine = " ".join(tab.until_words("user", 2))
    assert word_error_rate(f"{QUESTION} {SECOND}", mine) <= 0.35
    tab.until_words("agent", 3)
    assert any(len(text.split()) > 2 for text in tab.interims("user")), tab.interims("user")
    assert any(text and text in greeting for text in (t.strip() for t in tab.interims("agent")))
    assert "speaking" in tab.badges("user") and "speaking" in tab.badges("agent")
    assert tab.badges("agent")[-1] != "speaking"
    why_it_took_so_long(tab)
    tab.picture("talking")
    stop_cleans_up(product, tab)
    assert tab.complaints == []
    assert tab.hosts() == {"127.0.0.1"}, "nothing leaves this computer"


def why_it_took_so_long(tab: Tab) -> None:
    """Each reply shows how long it took, the greeting does not, and the panel tells of all."""
    entries = tab.page.locator('#log .entry[data-role="agent"]')
    assert entries.first.locator(".waited").count() == 0
    figure = entries.nth(1).get_by_role("button", name="You waited")
    assert re.fullmatch(r"\d+(\.\d)? s", figure.inner_text())
    figure.click()
    reason = tab.page.locator(f"#{figure.get_attribute('aria-controls')}")
    assert re.search(r"Waited .+: .+ took .+\.", reason.inner_text(), re.DOTALL)
    assert tab.page.locator("#replies-slowest").inner_text().endswith(" s")


def stop_cleans_up(product: Product, tab: Tab) -> None:
    """Presses Stop: nothing of the session is left in the page, the room or the backend."""
    session_id = tab.session_id()
    assert agents_in_room(product.media) == [f"agent-{session_id}-1"]
    entries = transcript(product, tab)["entries"]
    tab.page.click("#stop")
    tab.until_phase("ended")
    assert tab.page.locator("audio").count() == 0
    until(lambda: agents_in_room(product.media) == [], seconds=10, what="the agent has left")
    assert tab.page.get_by_role("button", name="Start again").is_visible()
    assert len(entries) >= 3  # type: ignore[arg-type]
    history = tab.page.context.request.get(f"{product.url}/history/{session_id}").text()
    assert "You stopped the session" in history
    tab.picture("ended")


def test_a_muted_person_is_not_heard(
    product: Product, chromium: Launch, tab_of: Opened, spoken: Path
) -> None:
    tab = tab_of(chromium(microphone=spoken)).start().until_phase("live")
    since = time.monotonic()
    tab.until_words("agent", 1)
    tab.page.keyboard.press("m")
    tab.expect_text("#mute", "Unmute")
    tab.expect_text("#announcer", "Muted")
    tab.picture("muted")
    until(lambda: time.monotonic() - since > LEAD_IN + 6, seconds=40)
    assert tab.words("user") == []
    assert "speaking" not in tab.badges("user")
    tab.page.click("#stop")
    tab.until_phase("ended")


def test_a_reload_goes_on_with_the_transcript(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    tab = tab_of(chromium(microphone=quiet)).start()
    greeting = tab.until_words("agent", 1)
    session_id = tab.session_id()
    tab.page.keyboard.press("m")
    tab.expect_text("#mute", "Unmute")
    tab.page.reload()
    tab.until_phase("live")
    tab.expect_text("#mute", "Unmute")
    tab.page.keyboard.press("m")
    assert tab.until_words("agent", 1) == greeting
    assert tab.session_id() == session_id
    since = time.monotonic()
    until(lambda: time.monotonic() - since > GRACE_SECONDS + 2, seconds=30)
    assert tab.phase == "live"
    tab.page.click("#stop")
    tab.until_phase("ended")


def test_who_leaves_is_not_warned_of_in_the_console(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    tab = tab_of(chromium(microphone=quiet))
    told: list[str] = []
    tab.page.on("console", lambda line: told.append(f"{line.type}: {line.text}"))
    tab.page.evaluate(HURRY)
    tab.start().until_words("agent", 1)
    tab.page.click("#stop")
    tab.until_phase("ended")
    until(lambda: participants(product.media) == [], seconds=10, what="everybody has left")
    assert told == []


def test_a_killed_tab_ends_the_session_as_left(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    browser = chromium(microphone=quiet)
    tab = tab_of(browser).start()
    tab.until_words("agent", 1)
    session_id, context = tab.session_id(), tab.page.context
    tab.page.close()
    history = f"{product.url}/history/{session_id}"
    until(
        lambda: "You were away for a while" in context.request.get(history).text(),
        seconds=GRACE_SECONDS + 25,
        what="the session has ended as left",
    )


def test_two_visitors_in_rooms_of_one_name_do_not_meet(
    product: Product, chromium: Launch, tab_of: Opened, spoken: Path, quiet: Path
) -> None:
    talker = tab_of(chromium(microphone=spoken)).fill(room="kitchen", identity="ada")
    listener = tab_of(chromium(microphone=quiet)).fill(room="kitchen", identity="ada")
    talker.start()
    listener.start()
    talker.until_words("user", 1)
    talker.until_words("agent", 2)
    assert listener.until_words("agent", 1) and listener.words("user") == []
    assert len(agents_in_room(product.media)) == 2
    assert talker.session_id() != listener.session_id()
    refused = listener.page.context.request.get(f"{product.url}/history/{talker.session_id()}")
    assert refused.status == 404
    for tab in (talker, listener):
        tab.page.click("#stop")
        tab.until_phase("ended")


def test_sound_waits_for_a_gesture_where_the_browser_says_so(
    product: Product, chromium: Launch, tab_of: Opened, quiet: Path
) -> None:
    tab = tab_of(chromium(microphone=quiet, autoplay=False)).start()
    tab.until_words("agent", 1)
    playing = """() => [...document.querySelectorAll("#audio audio")].every((a) => !a.paused)"""
    until(lambda: tab.page.evaluate(playing), what="the agent's sound plays")
    tab.page.click("#stop")
    tab.until_phase("ended")
