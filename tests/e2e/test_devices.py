"""Microphones and speakers that come and go, what the browser does with the sound, and a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.browser import Tab
from support.product import Product
from support.speech import line, write_wav
from support.waiting import until

pytestmark = pytest.mark.e2e
WORDS = "I would like to book a table for two people tomorrow evening."

Launch = Callable[..., Browser]
Opened = Callable[..., Tab]

DEVICES = """
  window.__captures = [];
  window.__asked = [];
  const unplugged = new Set();
  const media = navigator.mediaDevices;
  const [ask, list] = [media.getUserMedia.bind(media), media.enumerateDevices.bind(media)];
  media.getUserMedia = async (constraints) => {
    window.__asked.push(constraints.audio);
    const stream = await ask(constraints);
    window.__captures.push(...stream.getTracks());
    return stream;
  };
  media.enumerateDevices = async () => (await list()).filter(({ label }) => !unplugged.has(label));
  window.__plug = (label, isIn) => {
    if (isIn) unplugged.delete(label);
    else unplugged.add(label);
    for (const track of isIn ? [] : window.__captures) {
      if (track.label !== label || track.readyState !== "live") continue;
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
    media.dispatchEvent(new Event("devicechange"));
  };
"""
"""Lets a test unplug a device by its label: it is listed no more, and its tracks end."""
CAPTURE = "() => window.__captures.filter(({ readyState }) => readyState === 'live').at(-1)?.label"
PROCESSING = """() => {
  const live = window.__captures.filter(({ readyState }) => readyState === "live").at(-1);
  const { echoCancellation, noiseSuppression, autoGainControl } = live?.getSettings() ?? {};
  return [echoCancellation, noiseSuppression, autoGainControl];
}"""
SINKS = "() => [...document.querySelectorAll('#audio audio')].map(({ sinkId }) => sinkId)"
DRAWN = """() => {
  const canvas = document.getElementById("voice");
  if (!canvas.width || !canvas.height) return 0;
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let rows = 0;
  for (let y = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++) {
      if (pixels[4 * (y * canvas.width + x) + 3] > 0) { rows++; break; }
    }
  }
  return rows / canvas.height;
}"""
"""The share of the height of the agent's canvas that is drawn on."""
LIT = "() => [...(CSS.highlights.get('spoken') ?? [])].map(String).join('')"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("speech") / "spoken.wav"
    return write_wav(path, line(*[part for _ in range(4) for part in (5.0, WORDS)], 60.0))


def opened(product: Product, browser: Browser, screenshots: Path, **options: object) -> Tab:
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.add_init_script(DEVICES)
    return Tab(context.new_page(), screenshots).open(f"{product.url}/chat")


def test_devices_are_chosen_lost_and_found_again(
    product: Product, chromium: Launch, spoken: Path, screenshots: Path
) -> None:
    tab = opened(product, chromium(microphone=spoken), screenshots)
    page = tab.start().page
    tab.until_phase("live")
    page.select_option("#microphone", label="Fake Audio Input 2")
    until(lambda: page.evaluate(CAPTURE) == "Fake Audio Input 2", what="the second microphone")
    page.select_option("#speaker", label="Fake Audio Output 1")
    until(lambda: page.evaluate(SINKS) not in ([], [""], ["default"]), what="the first speaker")
    tab.picture("devices")
    page.evaluate("() => window.__plug('Fake Audio Input 2', false)")
    tab.expect_text("#line", "Fake Audio Input 2 is gone. You are heard through")
    tab.expect_text("#announcer", "Fake Audio Input 2 is gone")
    assert page.evaluate(CAPTURE) != "Fake Audio Input 2"
    tab.picture("device-gone")
    assert tab.until_words("user", 1), "what is left is heard"
    page.evaluate("() => window.__plug('Fake Audio Input 2', true)")
    tab.expect_text("#line", "Fake Audio Input 2 is back")
    page.evaluate("() => window.__plug('Fake Audio Output 1', false)")
    tab.expect_text("#line", "Fake Audio Output 1 is gone. The agent speaks through")
    page.evaluate("() => window.__plug('Fake Audio Output 1', true)")
    tab.expect_text("#line", "Fake Audio Output 1 is back")
    page.reload()
    tab.until_phase("live")
    until(lambda: page.evaluate(CAPTURE) == "Fake Audio Input 2", what="it is remembered")
    expect(page.locator("#speaker")).to_have_value(page.evaluate(SINKS)[0])
    page.click("#stop")
    tab.until_phase("ended")


def test_what_the_browser_does_with_the_sound_is_switched_at_once(
    product: Product, chromium: Launch, spoken: Path, screenshots: Path
) -> None:
    tab = opened(product, chromium(microphone=spoken), screenshots)
    page = tab.start().page
    tab.until_phase("live")
    assert page.evaluate(PROCESSING) == [True, True, True]
    page.get_by_role("switch", name="Noise around you").uncheck()
    page.get_by_role("switch", name="Differences in loudness").uncheck()
    until(lambda: page.evaluate(PROCESSING) == [True, False, False], what="two are off")
    assert tab.until_words("user", 1), "the person is still heard"
    page.reload()
    tab.until_phase("live")
    until(lambda: page.evaluate(PROCESSING) == [True, False, False], what="they are remembered")
    expect(page.get_by_role("switch", name="Noise around you")).not_to_be_checked()
    page.click("#stop")
    tab.until_phase("ended")
    assert tab.complaints == []


def test_on_a_phone_the_agent_is_drawn_its_words_light_up_and_the_screen_is_awake(
    product: Product, chromium: Launch, spoken: Path, screenshots: Path
) -> None:
    phone = {"viewport": {"width": 375, "height": 740}, "is_mobile": True, "has_touch": True}
    tab = opened(product, chromium(microphone=spoken), screenshots, **phone)
    page = tab.page
    page.evaluate("""() => {
      window.__locks = [];
      const request = navigator.wakeLock.request.bind(navigator.wakeLock);
      navigator.wakeLock.request = async (kind) => {
        const lock = await request(kind);
        window.__locks.push(lock);
        return lock;
      };
    }""")
    tab.start()
    until(lambda: page.evaluate(DRAWN) > 0.4, seconds=30, what="the agent's voice is drawn")
    until(lambda: page.evaluate(LIT), seconds=10, what="a word is lit")
    greeting = tab.until_words("agent", 1)[0]
    assert page.evaluate(LIT) == "", greeting
    assert page.evaluate("() => window.__locks.map(({ released }) => released)") == [False]
    session = "() => [navigator.mediaSession.metadata?.title, navigator.mediaSession.playbackState]"
    assert page.evaluate(session) == ["Talking with the agent", "playing"]
    page.click("#mute")
    until(lambda: page.evaluate(session)[1] == "paused", what="muted is paused")
    page.evaluate("""() => {
      const track = window.__captures.at(-1);
      Object.defineProperty(track, "muted", { value: true, configurable: true });
      track.dispatchEvent(new Event("mute"));
    }""")
    tab.expect_text("#line", "The system keeps the microphone from this page")
    page.click("#stop")
    tab.until_phase("ended")
    until(lambda: page.evaluate("() => window.__locks[0].released"), what="the screen may sleep")
    assert page.evaluate(session) == [None, "none"]
    assert tab.complaints == []
