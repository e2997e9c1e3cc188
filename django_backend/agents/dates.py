"""A date as it is said in a language: with its day of the week, English where no other is known."""

from __future__ import annotations

from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

ENGLISH = "en_GB"


def in_words(day: date, language: str) -> str:
    """Returns a date such as "Monday, 2 March 2026" in a language, by its code of ISO 639-1."""
    return str(format_date(day, "full", locale=_locale(language)))


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(ENGLISH if language in ("", "en") else language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ENGLISH)
