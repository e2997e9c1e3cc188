"""The weekday of a date is counted: small models take the next best one."""

import re
from datetime import date

from local_ai.head.tools.numbers import DAYS_IN_ENGLISH, DAYS_IN_GERMAN, MONTHS, days

_NAMES = (*DAYS_IN_ENGLISH, *DAYS_IN_GERMAN)
_MONTHS = "|".join(MONTHS)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_NAMES)})\b", re.IGNORECASE)
_NUMBER_OF_DAY = r"\d\d?(?:st|nd|rd|th|\.)?"
_DATED = re.compile(
    rf"(?P<name>\w+)(?P<date>,? (?:the |den |dem )?"
    rf"(?:{_NUMBER_OF_DAY}(?: of)? (?:{_MONTHS})|(?:{_MONTHS}) (?:the )?{_NUMBER_OF_DAY})"
    rf"(?!\w)(?:,? \d{{4}}\b)?)",
    re.IGNORECASE,
)
_PART = re.compile(rf"the|den|dem|of|{_NUMBER_OF_DAY}|{_MONTHS}", re.IGNORECASE)
_PARTS = ("the", "den", "dem", "of", *MONTHS)
_NUMBER = re.compile(r"\d{1,4}(?:s|st|n|nd|r|rd|t|th|\.)?")
_LAST_WORD = re.compile(r"\w+$")


class Weekdays:
    """Gives words as they come, with the true weekday of each date that has one before it."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._held = ""

    def more(self, words: str) -> str:
        """Returns the words that may be said now, with more of the reply."""
        self._held += words
        given = ""
        while found := _WEEKDAY.search(self._held):
            given += self._take(found.start())
            if _may_get_a_date(self._held):
                return given
            given += self._checked(found.end() - found.start())
        return given + self._take(len(self._held) - _open_letters(self._held))

    def rest(self) -> str:
        """Returns the words that may be said when the reply is over."""
        given = ""
        while found := _WEEKDAY.search(self._held):
            given += self._take(found.start())
            given += self._checked(found.end() - found.start())
        return given + self._take(len(self._held))

    def _checked(self, letters: int) -> str:
        """Takes the weekday of that many letters, and its date, from the beginning."""
        dated = _DATED.match(self._held)
        if dated is None:
            return self._take(letters)
        taken = self._take(dated.end())
        names = DAYS_IN_GERMAN if dated["name"].lower() in DAYS_IN_GERMAN else DAYS_IN_ENGLISH
        for day in days(dated["date"], self._today):
            return names[day.weekday()].capitalize() + dated["date"]
        return taken

    def _take(self, letters: int) -> str:
        taken, self._held = self._held[:letters], self._held[letters:]
        return taken


def corrected(text: str, today: date) -> str:
    """Returns a text with the true weekday of each date that has one before it."""
    reading = Weekdays(today)
    return reading.more(text) + reading.rest()


def _may_get_a_date(text: str) -> bool:
    """Whether what begins with a weekday may go on with a date, or with more of it."""
    name, *after = text.replace(",", "").split(" ")
    if not after:
        return name.isalpha()
    last = after.pop().lower()
    is_open = any(each.startswith(last) for each in _PARTS) or bool(_NUMBER.fullmatch(last))
    return name.isalpha() and is_open and all(map(_PART.fullmatch, after))


def _open_letters(text: str) -> int:
    """How many letters at the end may become a weekday."""
    last = _LAST_WORD.search(text)
    is_open = last and any(name.startswith(last[0].lower()) for name in _NAMES)
    return len(last[0]) if last and is_open else 0
