"""A date as it is said in a language: with its day of the week, English where no other is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class _Calendar:
    """The days of a week from Monday, the months of a year, and how they stand in a date."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    form: str


def _calendar(days: str, months: str, form: str) -> _Calendar:
    return _Calendar(tuple(days.split()), tuple(months.split()), form)


_ENGLISH = _calendar(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "January February March April May June July August September October November December",
    "{day}, {number} {month} {year}",
)
_OTHERS: Mapping[str, _Calendar] = {
    "de": _calendar(
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "{day}, {number}. {month} {year}",
    ),
    "es": _calendar(
        "lunes martes miércoles jueves viernes sábado domingo",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "{day}, {number} de {month} de {year}",
    ),
    "fr": _calendar(
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "{day} {number} {month} {year}",
    ),
}


def in_words(day: date, language: str) -> str:
    """Returns a date such as "Monday, 2 March 2026" in a language, by its code of ISO 639-1."""
    said = _OTHERS.get(language, _ENGLISH)
    return said.form.format(
        day=said.days[day.weekday()],
        number=day.day,
        month=said.months[day.month - 1],
        year=day.year,
    )
