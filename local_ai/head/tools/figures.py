"""Whether figures and days of a reply are those that were told: small models add some."""

import re
from collections.abc import Sequence
from datetime import date

from local_ai.head.history import INSTRUCTING, Spoken
from local_ai.head.tools.numbers import days, numbers
from local_ai.head.tools.times import CLOCK, times
from local_ai.head.tools.weekdays import corrected

_SENTENCE = re.compile(r".*?[.!?\u2026][\"')\]\u201d]*\s+|.*?\n+", re.DOTALL)
_FIGURE = re.compile(r"\d+")
_GERMAN_DATE = re.compile(r"\b\d{1,2}\.\d{1,2}\.")
_HALF_DAY = 12


class Figures:
    """Gives words sentence by sentence up to one with a figure or a day that nobody has told.

    `is_false` says that there was one. Of what `is_bound` not, every word is given at once.
    """

    def __init__(self, messages: Sequence[Spoken], today: date, *, is_bound: bool) -> None:
        self.is_false = False
        self._today = today
        self._is_bound = is_bound
        told = "\n".join(each.text for each in messages) if is_bound else ""
        self._known = numbers(told)
        self._known_times = times(told) | {
            f"{hour % 24:02}:00"
            for said in numbers(CLOCK.sub("", told))
            for hour in (said, said + _HALF_DAY)
            if said <= 24
        }
        talk = "\n".join(each.text for each in messages if each.role not in INSTRUCTING)
        self._known_days = self._weekdays(talk)
        self._held = ""

    def more(self, words: str) -> str:
        """Returns the words that may be said now, with more of the reply."""
        if not self._is_bound:
            return words
        self._held += words
        given = ""
        while found := _SENTENCE.match(self._held):
            given += self._checked(found[0])
            self._held = self._held[found.end() :]
        return given

    def rest(self) -> str:
        """Returns the words that may be said when the reply is over."""
        held, self._held = self._held, ""
        return self._checked(held)

    def _checked(self, sentence: str) -> str:
        figures = map(int, _FIGURE.findall(sentence))
        are_told = all(map(self._is_told, figures)) and self._are_times_told(sentence)
        self.is_false = self.is_false or not (are_told and self._are_days_told(sentence))
        return "" if self.is_false else sentence

    def _are_days_told(self, sentence: str) -> bool:
        said = self._weekdays(corrected(sentence, self._today))
        return not self._is_bound or said <= self._known_days

    def _are_times_told(self, sentence: str) -> bool:
        """Of 21:00 and 19:30 nobody may make half past nine."""
        said = times(_GERMAN_DATE.sub("", sentence))
        return not self._is_bound or said <= self._known_times

    def _weekdays(self, text: str) -> set[int]:
        return {each.weekday() for each in days(text, self._today)}

    def _is_told(self, figure: int) -> bool:
        """Also seven in the evening, of what was told as 19:00."""
        half = figure + _HALF_DAY if figure <= _HALF_DAY else figure - _HALF_DAY
        return not self._is_bound or figure in self._known or (figure < 25 and half in self._known)
