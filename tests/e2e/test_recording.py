"""A person is asked whether they may be recorded, sees it, hears it again, and deletes it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Browser, expect
from support.backend import FOLDER
from support.browser import PATIENCE, Tab
from support.limits import in_time
from support.media_server import MediaServer
from support.processes import ROOT, Process
from support.product import Product
from support.product import product as running_product
from support.speech import line, write_wav
from support.waiting import until

pytestmark = pytest.mark.e2e
Launch = Callable[..., Browser]
Opened = Callable[..., Tab]
SOUND = "document.getElementById('recorded-sound')"
PLAYED = f"() => {SOUND}.currentTime > 1"
DRAWN = "() => document.querySelector('#waveform > div').shadowRoot.querySelector('canvas')"


@pytest.fixture(scope="module")
def asking(media: MediaServer, offline_voice: dict[str, str]) -> Iterator[Product]:
    """The product of an operator who has people asked."""
    with running_product(media, RECORDING="ask", **offline_voice) as running:
        yield running


@pytest.fixture(scope="module")
def without_voice(media: MediaServer) -> Iterator[Product]:
    """The same product for somebody who only looks back: nothing speaks, and it starts sooner."""
    with running_product(media, RECORDING="ask") as running:
        yield running


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = line(7.0, "What time is it now, and what can you do for me?", 40.0)
    return write_wav(tmp_path_factory.mktemp("speech") / "question.wav", words)


def test_a_session_is_recorded_when_its_person_agrees_and_heard_again(
    asking: Product, chromium: Launch, tab_of: Opened, spoken: Path
) -> None:
    tab = tab_of(chromium(microphone=spoken), asking.url)
    page = tab.page
    tab.start()
    question = page.locator("#ask-recording")
    expect(question).to_be_visible()
    assert tab.phase == "ready", "nothing is opened before the answer"
    tab.picture("recording-asked")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert tab.phase == "ready"
    page.click("#start")
    page.keyboard.press("Tab")
    expect(page.locator("#record-yes")).to_be_focused()
    page.keyboard.press("Enter")
    tab.until_phase("live")
    expect(page.locator("#recorded")).to_have_text("Recording", timeout=PATIENCE)
    tab.until_words("agent", 2)
    tab.picture("recording-live")
    page.reload()
    tab.until_phase("live")
    expect(page.locator("#recorded")).to_have_text("Recording", timeout=PATIENCE)
    session_id = tab.session_id()
    page.click("#stop")
    tab.until_phase("ended")
    expect(page.locator("#recorded")).to_be_hidden()
    address = f"{asking.url}/history/{session_id}"

    def shows_a_recording() -> bool:
        page.goto(address)
        return "Recorded" in page.locator(".facts").inner_text()

    until(shows_a_recording, every=0.5, what="the last piece is stored")
    page.evaluate(f"() => {SOUND}.play()")
    page.wait_for_function(PLAYED, timeout=PATIENCE)
    assert page.evaluate(f"() => {SOUND}.duration") > 8
    page.select_option("#speed", "1.5")
    assert page.evaluate(f"() => {SOUND}.playbackRate") == 1.5
    page.locator('.entry[data-role="user"] .hear').first.click()
    expect(page.locator('.entry[aria-current="true"]')).to_have_attribute("data-role", "user")
    page.keyboard.press("ArrowUp")
    expect(page.locator('.entry[aria-current="true"]')).to_have_attribute("data-role", "agent")
    tab.picture("recording-heard")
    with page.expect_download() as saving:
        page.click("text=Save the sound")
    assert saving.value.path().read_bytes().startswith(b"OggS")
    folder = Path(asking.backend.env["DATA_DIR"]) / "recordings"
    assert list(folder.rglob("*.ogg"))
    page.click(".deeds >> text=Delete")
    expect(page.locator("#erase")).to_contain_text("and its recording")
    page.click("text=Delete it")
    until(lambda: not list(folder.rglob("*.ogg")), seconds=15, what="the storage is empty")
    assert tab.complaints == []


def test_who_refuses_talks_unrecorded_and_is_not_asked_again(
    asking: Product, chromium: Launch, tab_of: Opened, spoken: Path
) -> None:
    tab = tab_of(chromium(microphone=spoken), asking.url)
    page = tab.page
    tab.start()
    page.click("#record-no")
    tab.until_phase("live")
    expect(page.locator("#recorded")).to_be_hidden()
    page.click("#stop")
    tab.until_phase("ended")
    page.click("#start-again")
    tab.until_phase("live")
    expect(page.locator("#ask-recording")).to_be_hidden()
    session_id = tab.session_id()
    page.click("#stop")
    tab.until_phase("ended")
    expect(page.locator("#record-agreed")).not_to_be_checked()
    page.goto(f"{asking.url}/history/{session_id}")
    expect(page.locator("#recorded-sound")).to_have_count(0)


@pytest.mark.timed
def test_an_hour_of_talk_opens_at_once_and_plays_from_anywhere(
    without_voice: Product, chromium: Launch, tab_of: Opened
) -> None:
    tab = tab_of(chromium(), without_voice.url)
    page = tab.page
    token = page.get_attribute("#app", "data-visitor-token") or ""
    visitor = jwt.decode(token, options={"verify_signature": False})["sub"]
    made = f"from fakes.recorded import hour; print('made', hour({visitor!r}))"
    paths = os.pathsep.join([str(FOLDER), str(ROOT / "tests"), str(ROOT)])
    env = {**without_voice.backend.env, "PYTHONPATH": paths}
    with Process([sys.executable, "manage.py", "shell", "-c", made], env=env, cwd=FOLDER) as shell:
        assert shell.wait(seconds=60) == 0, shell.output()
        session_id = shell.output().split("made ")[1].split()[0]
    page.goto(f"{without_voice.url}/history")
    begun = time.monotonic()
    page.goto(f"{without_voice.url}/history/{session_id}")
    expect(page.locator(".entry")).to_have_count(2000)
    page.wait_for_function(DRAWN)
    opened = time.monotonic() - begun
    page.wait_for_function(f"() => {SOUND}.duration > 3590")
    page.evaluate(f"() => {{ {SOUND}.currentTime = 3550; }}")
    page.evaluate(f"() => {SOUND}.play()")
    page.wait_for_function(f"() => {SOUND}.currentTime > 3551")
    tab.picture("recording-hour")
    assert in_time(opened, 1.0), f"the page opened after {opened:.2f} s"
    assert tab.complaints == []
