"""A session in other languages: all words of the page are in them, and the talk is as said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browser import Tab
from support.site import left_in_english
from support.speech import silence, write_wav

from flask_frontend.languages.catalogue import text

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_session_speaks_the_browsers_language(
    chromium: Callable[..., Browser], tab_of: Callable[..., Tab], tmp_path: Path, language: str
) -> None:
    quiet = write_wav(tmp_path / "quiet.wav", silence(60))
    tab = tab_of(chromium(microphone=quiet), locale=language)

    def shows(name: str) -> None:
        tab.picture(f"{language}-{name}")
        assert left_in_english(tab.page, language) == []

    shows("ready")
    tab.start().until_phase("live")
    assert tab.until_words("agent", 1)
    tab.page.fill("#typed", "What time is it?")
    tab.page.keyboard.press("Enter")
    tab.until_words("agent", 2)
    tab.expect_text("#badge-agent", text(language, "talk.agent_does.listening"))
    assert tab.words("user") == ["What time is it?"]
    shows("live")
    tab.page.click("#stop")
    tab.until_phase("ended")
    tab.expect_text("#ending", text(language, "endings.stopped"))
    shows("ended")
    tab.page.route("**/token?*", lambda route: route.abort())
    tab.page.click("#start-again")
    tab.until_phase("trouble")
    tab.expect_text("#trouble-headline", text(language, "troubles.backend_unreachable.headline"))
    shows("trouble")
