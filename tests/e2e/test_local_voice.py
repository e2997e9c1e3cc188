"""The local voice as a person sees it, from the notice to the history, on a stand-in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.local_server import LocalStandIn
from playwright.sync_api import Browser, expect
from support.browser import Tab
from support.media_server import MediaServer
from support.product import Product
from support.product import product as running_product
from support.speech import line, write_wav

pytestmark = pytest.mark.e2e
SAID = "I would like to book a table for two people."
PATIENCE = 20_000
SCRIPTED = "Scripted replies in this conversation: every place of the language model is taken."


@pytest.fixture(scope="module")
def local() -> Iterator[LocalStandIn]:
    """A local voice whose model is on its way, and has no place for anybody yet."""
    with LocalStandIn() as running:
        assert running.local
        running.local["head"] |= {"state": "fetching", "fetched_bytes": 446_928_308}
        running.head = {"head": "script", "reason": "no_free_slot"}
        yield running


@pytest.fixture(scope="module")
def keyless(media: MediaServer, local: LocalStandIn) -> Iterator[Product]:
    settings = {"LOCAL_AI_PORT": str(local.port), "GREETING": "Hello. I am here."}
    with running_product(media, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    return write_wav(folder / "said.wav", line(7.0, SAID, 30.0))


def test_a_person_learns_what_runs_here_and_who_replies(
    keyless: Product,
    local: LocalStandIn,
    chromium: Callable[..., Browser],
    tab_of: Callable[..., Tab],
    spoken: Path,
) -> None:
    assert local.local
    local.queue_transcripts(SAID)
    tab = tab_of(chromium(microphone=spoken), keyless.url)
    notice = tab.page.locator("#notice")
    expect(notice).to_contain_text("Local voice: everything runs on this computer.")
    expect(notice).to_contain_text("a language model is being fetched, 40 %", timeout=PATIENCE)
    tab.start()
    tab.until_audible()
    assert tab.until_words("user", 1) == [SAID]
    tab.until_words("agent", 2)
    expect(tab.page.locator('[data-role="replies"]')).to_have_text([SCRIPTED])
    local.local["head"] |= {"state": "ready"}
    expect(notice).to_contain_text("a language model replies", timeout=PATIENCE)
    tab.picture("local-talking")
    session_id = tab.session_id()
    tab.page.click("#stop")
    tab.until_phase("ended")
    assert tab.complaints == []
    tab.page.goto(f"{keyless.url}/history/{session_id}")
    expect(tab.page.locator('[data-role="replies"]')).to_have_text([SCRIPTED])
