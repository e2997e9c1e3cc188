"""What the agent says by itself: each sentence in every language that is known here."""

from __future__ import annotations

import pytest
from agent_manager.listeners import service_words, silence
from agent_manager.shift import greeting
from agent_manager.speaking.own_words import WORDS, in_own_words
from agent_manager.tools import built_in, waiting_word
from config.languages import CODES
from support.processes import ROOT

SENTENCES = {
    *service_words.SPOKEN.values(),
    *service_words.SPOKEN_OF.values(),
    silence.SPOKEN_NOT_UNDERSTOOD,
    greeting.PLAIN,
    greeting.GO_ON,
    greeting.PICK_UP,
    greeting.PICK_UP_LISTENING,
    greeting.PICK_UP_CUT,
    waiting_word.ONE_MOMENT,
    built_in.GOODBYE,
}


@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_sentence_has_one_of_its_own_in_each_language(language: str) -> None:
    assert set(WORDS[language]) == SENTENCES, "no sentence is missing, and none is left over"
    found = set(WORDS[language].values())
    assert len(found) == len(SENTENCES) and not found & SENTENCES


def test_english_is_said_where_the_language_is_not_known_here() -> None:
    assert in_own_words(greeting.GO_ON, "de").startswith("Willkommen")
    assert [in_own_words(greeting.GO_ON, code) for code in ("", "en", "eo")] == [greeting.GO_ON] * 3
    assert in_own_words(greeting.GO_ON, "nb") == in_own_words(greeting.GO_ON, "no")
    assert in_own_words("Words of an operator.", "de") == "Words of an operator."


def test_the_pages_languages_are_among_those() -> None:
    pages = {path.name for path in (ROOT / "flask_frontend/words").iterdir() if path.is_dir()}
    assert pages - {"en"} <= WORDS.keys() and WORDS.keys() <= CODES


def test_the_settings_own_greeting_is_one_of_these() -> None:
    source = (ROOT / "django_backend/config/settings.py").read_text(encoding="utf-8")
    assert f'text("GREETING", "{greeting.PLAIN}")' in source
