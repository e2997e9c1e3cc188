"""What an agent calls a date, in its own language."""

from __future__ import annotations

from datetime import date

import pytest
from agents.dates import in_words


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Monday, 2 March 2026", "Wednesday, 30 December 2026"),
        ("", "Monday, 2 March 2026", "Wednesday, 30 December 2026"),
        ("nl", "Monday, 2 March 2026", "Wednesday, 30 December 2026"),
        ("de", "Montag, 2. März 2026", "Mittwoch, 30. Dezember 2026"),
        ("es", "lunes, 2 de marzo de 2026", "miércoles, 30 de diciembre de 2026"),
        ("fr", "lundi 2 mars 2026", "mercredi 30 décembre 2026"),
    ],
)
def test_a_date_is_said_in_the_agents_language(language: str, first: str, second: str) -> None:
    assert in_words(date(2026, 3, 2), language) == first
    assert in_words(date(2026, 12, 30), language) == second
