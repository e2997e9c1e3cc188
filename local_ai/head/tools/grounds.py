"""Whether the arguments of a call were said: small models make up what they lack."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from local_ai.head.history import Spoken
from local_ai.head.tools.numbers import bare, days, figures, names_day, numbers
from local_ai.head.tools.times import times, without_counts

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\b\d\d?:\d\d\b")
_TIME = re.compile(r"\d{1,2}[:.h]\d\d(?::\d\d)?")
_OWN_WORDS = re.compile(
    r"\b(?:your (?:last |own |final )?(?:words|message|reply)|to the person)\b", re.IGNORECASE
)
"""How a parameter is described whose value the model itself is to find words for."""
_AGREES = re.compile(
    r"\b(?:yes|yeah|yep|sure|ok|okay|fine|good|great|perfect|right|correct|agreed|please|ja|gern|"
    r"gerne|gut|passt|richtig|genau|bitte|einverstanden)\b"
)
"""By which words a person takes the one time that was offered."""
_REFERS = re.compile(
    r"\b(?:(?:first|second|third)(?! of\b)|last|latest|later|earliest|earlier|other|"
    r"(?:next|that|this) one|(?:erste|zweite|dritte|letzte|spatere?|fruhere?|andere)\w*)\b"
)
"""By which words a person means a time that was offered without naming it."""
_FEW_WORDS = 5
_LONG_NUMBER, _LAST_FIGURES = 3, 6
_LEAST_LETTERS = 4
_HALF_DAY = 12


@dataclass(frozen=True)
class Grounds:
    """What was said: by the `person`, by the agent (`agent`), and by tools (`results`).

    `offered` are the times that the newest of these results with any has, `today` is the day.
    """

    person: str
    agent: str
    results: str
    offered: frozenset[str]
    today: date

    @classmethod
    def of(cls, messages: Sequence[Spoken], today: date) -> "Grounds":
        """Returns what the messages of a request hold."""
        said = {
            role: " \n".join(each.text for each in messages if each.role == role)
            for role in ("user", "assistant", "tool")
        }
        found = (_CLOCK.findall(each.text) for each in messages[::-1] if each.role == "tool")
        offered = frozenset(next(filter(None, found), ()))
        return cls(said["user"], said["assistant"], said["tool"], offered, today)

    def hold(self, value: Any, schema: Any) -> bool:
        """Whether a value was said, follows from what was said, or is the model's to choose."""
        schema = schema if isinstance(schema, Mapping) else {}
        if isinstance(value, Mapping):
            inside = schema.get("properties", {})
            return all(self.hold(each, inside.get(key)) for key, each in value.items())
        if isinstance(value, list):
            return all(self.hold(each, schema.get("items")) for each in value)
        if value is None or isinstance(value, bool) or "enum" in schema or "const" in schema:
            return True
        if isinstance(value, str):
            return self._holds_text(value, str(schema.get("description") or ""))
        return value in self._numbers

    def meant(self, value: str) -> str:
        """Returns a day or a time as the person named it last, where only one can be meant."""
        if _DAY.fullmatch(value):
            return self._day(value)
        return self._time(value) if value in self.offered else value

    def _time(self, value: str) -> str:
        """Of the times that were offered the one that was named last; models mix them up.

        A value stays that the agent has just asked about, or to which later words may refer.
        """
        if times(self.agent.split("\n")[-1]) & self.offered == {value}:
            return value
        for line in reversed(self.person.split("\n")):
            if _REFERS.search(bare(line)) or _hours(value) & numbers(without_counts(line)):
                return value
            if named := times(line):
                wanted = named & self.offered
                return wanted.pop() if len(wanted) == 1 else value
        return value

    def _day(self, value: str) -> str:
        lines = [each for each in self.person.split("\n") if days(each, self.today)]
        named = set(days(lines[-1], self.today)) if lines else set()
        return named.pop().isoformat() if len(named) == 1 else value

    def _holds_text(self, value: str, described: str) -> bool:
        if _OWN_WORDS.search(described):
            return True
        if _DAY.fullmatch(value):
            return names_day(self.person, self.today) or value in self.results
        if _TIME.fullmatch(value):
            return self._holds_time(value)
        words = _words(value)
        if not words:
            return False
        if len(words) > _FEW_WORDS:
            return self._holds_sentence(value, words)
        return self._holds_name(value, words)

    def _holds_time(self, value: str) -> bool:
        if _hours(value) & numbers(without_counts(self.person)):
            return True
        last = bare(self.person.split("\n")[-1])
        if _REFERS.search(last):
            return value in self.agent or value in self.offered
        asked = set(_CLOCK.findall(self.agent.split("\n")[-1]))
        return bool(_AGREES.search(last)) and {value} in (asked, self.offered)

    def _holds_name(self, value: str, words: Sequence[str]) -> bool:
        """A name or a number: more than half of its words were said, and all long numbers."""
        if not self._holds_figures(value):
            return False
        letters = [each for each in words if not each.isdecimal()]
        if not letters:
            return True
        said = sum(each in self._words or self._holds_code(each) for each in letters)
        return 2 * said > len(letters)

    def _holds_sentence(self, value: str, words: Sequence[str]) -> bool:
        """A text: half of its longer words were said in some form, and all its days and figures."""
        long = [each[:_LEAST_LETTERS] for each in words if len(each) >= _LEAST_LETTERS]
        said = sum(each in self._beginnings for each in long)
        are_days_said = set(days(value, self.today)) <= set(days(self._sources, self.today))
        return 2 * said >= len(long) and are_days_said and self._holds_figures(value)

    def _holds_figures(self, value: str) -> bool:
        """Whether the numbers of a text were said; of long ones the last figures are enough."""
        found = re.findall(r"\d[\d ()/-]*", value)
        for each in (re.sub(r"\D", "", one) for one in found):
            if len(each) < _LONG_NUMBER and int(each) in self._numbers:
                continue
            if each[-_LAST_FIGURES:] not in self._figures:
                return False
        return True

    def _holds_code(self, word: str) -> bool:
        """Whether something like "a7741" was said, whatever stands between its parts."""
        return any(each.isdecimal() for each in word) and word in "".join(self._sources.split())

    @cached_property
    def _sources(self) -> str:
        return bare(f"{self.person} {self.results}")

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_words(self._sources))

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(each[:_LEAST_LETTERS] for each in self._words)

    @cached_property
    def _numbers(self) -> set[int]:
        return numbers(f"{self.person}\n{self.results}")

    @cached_property
    def _figures(self) -> str:
        lines = [*self.person.split("\n"), *self.results.split("\n")]
        return " ".join(figures(each) for each in lines)


def _hours(value: str) -> set[int]:
    """How the hour of a time is named, also as the next one: "halb acht" is half past seven."""
    hour, minute = map(int, re.split(r"\D", value)[:2])
    now = {hour, hour % _HALF_DAY}
    return now | {hour % _HALF_DAY + 1, (hour + 1) % 24} if minute else now


def _words(text: str) -> list[str]:
    """The words of a text, with "ue" and its like as the vowels that they stand for in German."""
    return [re.sub(r"([aou])e", r"\1", word) for word in bare(text).split()]
