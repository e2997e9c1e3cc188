"""What an agent calls a date, in its own language."""

from __future__ import annotations

from datetime import date

import pytest
from agents.dates import in_words
from config.languages import CODES


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Monday, 2 March 2026", "Wednesday, 30 December 2026"),
        ("", "Monday, 2 March 2026", "Wednesday, 30 December 2026"),
        ("nl", "maandag 2 maart 2026", "woensdag 30 december 2026"),
        ("ja", "2026年3月2日月曜日", "2026年12月30日水曜日"),
        ("ik", "Monday, 2 March 2026", "Wednesday, 30 December 2026"),
        ("de", "Montag, 2. März 2026", "Mittwoch, 30. Dezember 2026"),
        ("es", "lunes, 2 de marzo de 2026", "miércoles, 30 de diciembre de 2026"),
        ("fr", "lundi 2 mars 2026", "mercredi 30 décembre 2026"),
    ],
)
def test_a_date_is_said_in_the_agents_language(language: str, first: str, second: str) -> None:
    assert in_words(date(2026, 3, 2), language) == first
    assert in_words(date(2026, 12, 30), language) == second


def test_every_language_that_an_agent_may_have_gives_a_date() -> None:
    assert [code for code in CODES if "2026" not in in_words(date(2026, 3, 2), code)] == []
