"""The same session with a key: against a stand-in for OpenAI's API with its usual delays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.openai_api import OpenAIStandIn
from playwright.sync_api import Browser
from support.browser import Tab
from support.media_server import MediaServer
from support.product import Product
from support.product import product as running_product
from support.speech import line, write_wav

pytestmark = pytest.mark.e2e
KEYS = {"stt": "sk-ears", "llm": "sk-mind", "tts": "sk-mouth"}
SAID = "I would like to book a table for two people."


@pytest.fixture(scope="module")
def openai_api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as api:
        yield api


@pytest.fixture(scope="module")
def with_keys(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Product]:
    keys = {f"{service.upper()}_API_KEY": key for service, key in KEYS.items()}
    urls = {f"{service.upper()}_BASE_URL": openai_api.base_url for service in KEYS}
    told = {"LLM_MODEL": "gpt-4o", "TTS_VOICE": "nova", "GREETING": "Hello. I am here."}
    with running_product(media, **told, **keys, **urls) as running:
        yield running


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    return write_wav(folder / "said.wav", line(7.0, SAID, 30.0))


def test_a_turn_uses_each_services_key_and_model(
    with_keys: Product,
    openai_api: OpenAIStandIn,
    chromium: Callable[..., Browser],
    tab_of: Callable[..., Tab],
    spoken: Path,
) -> None:
    openai_api.queue_transcripts(SAID)
    tab = tab_of(chromium(microphone=spoken), with_keys.url)
    assert not tab.page.locator("#notice").is_visible()
    tab.fill(system_prompt="You sell tea in Bremen.").start()
    tab.until_audible()
    assert tab.until_words("user", 1) == [SAID]
    assert tab.until_words("agent", 2)[1] == openai_api.reply_to(SAID)
    tab.page.click("#stop")
    tab.until_phase("ended")
    assert tab.complaints == []

    (completion,) = openai_api.requests("/v1/chat/completions")[-1:]
    assert completion.authorization == f"Bearer {KEYS['llm']}"
    assert completion.model == "gpt-4o" and completion.stream is True
    assert "You sell tea in Bremen." in str(completion.messages)
    speech = openai_api.requests("/v1/audio/speech")
    assert {request.authorization for request in speech} == {f"Bearer {KEYS['tts']}"}
    assert {(request.voice, request.response_format) for request in speech} == {("nova", "pcm")}
    heard = openai_api.requests("/v1/realtime")
    assert {request.authorization for request in heard} == {f"Bearer {KEYS['stt']}"}


def test_code_is_shown_in_step_with_the_voice_and_in_history_alike(
    with_keys: Product,
    openai_api: OpenAIStandIn,
    chromium: Callable[..., Browser],
    tab_of: Callable[..., Tab],
    spoken: Path,
) -> None:
    usual, openai_api.reply = openai_api.reply, "Like **this**:\n\n```\nx = 1\n```\n\nThat is all."
    try:
        openai_api.queue_transcripts(SAID)
        tab = tab_of(chromium(microphone=spoken), with_keys.url)
        tab.start()
        shown = tab.until_words("agent", 2)[1]
        live = tab.page.locator('.entry[data-role="agent"] .words').nth(1).inner_html()
        tab.page.click("#stop")
        tab.until_phase("ended")
    finally:
        openai_api.reply = usual
    assert "Like this:" in shown and "x = 1" in shown and "```" not in shown
    assert "<pre" in live and "<strong>this</strong>" in live
    tab.page.goto(f"{with_keys.url}/history")
    tab.page.locator(".session a").first.click()
    kept = tab.page.locator('.entry[data-role="agent"] .words').nth(1)
    assert kept.inner_html() == live
    assert tab.complaints == []
