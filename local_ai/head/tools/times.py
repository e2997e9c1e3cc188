"""Times of day as people say them, in English and in German."""

import re

from local_ai.head.tools.numbers import DAYS_IN_GERMAN, bare, number

_ENGLISH = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midday"
_GERMAN = (
    "eins|zwei|zwo|drei|vier|funf|fuenf|sechs|sieben|acht|neun|zehn|elf|zwolf|zwoelf|mittag|mittags"
)
_PARTS = {
    "half past": 30, "half": 30, "halb": -30, "quarter past": 15, "viertel nach": 15,
    "quarter to": -15, "viertel vor": -15,
}  # fmt: skip
_COUNTED = (
    r"(?:more )?(?:people|persons?|guests?|of (?:us|them)|adults?|children|kids|friends|seats?|"
    r"chairs?|tables?|minutes?|hours?|days?|weeks?|personen|leute|gaste|erwachsene|kinder|"
    r"platze|stuhle|tische|minuten|stunden|tage|wochen)"
)
_NOT_A_MORNING = rf"(?! (?:{'|'.join(DAYS_IN_GERMAN)}|sonnabend|abend|\d))"
"""After "am", which in German stands before a day."""
CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)\b")
_SAID = re.compile(
    rf"(?<!\bfor )(?<!\bfur )\b"
    rf"(?P<at>(?:at|around|gegen|make it) |um (?=(?:{_GERMAN})\b))?"
    rf"(?:(?P<part>{'|'.join(_PARTS)}) )?"
    rf"\b(?P<hour>\d\d?|{_ENGLISH}|{_GERMAN}|ein(?= uhr\b))\b(?! {_COUNTED}\b)"
    r"(?: (?P<minute>[0-5]\d|fifteen|thirty|dreissig)\b)?"
    rf"(?P<after> (?:o clock|oclock|uhr|am{_NOT_A_MORNING}|pm|a m|p m|"
    r"in the (?:morning|afternoon|evening)|tonight|abends|morgens|vormittags|nachmittags)\b)?"
)
_COUNT = re.compile(rf"\b\w+ {_COUNTED}\b")
_DAY, _HALF_DAY = 24 * 60, 12 * 60


def times(text: str) -> set[str]:
    """Returns the times that a text names, as 19:30; of one in half a day also the other.

    What may be a number of people instead ("a table for four in the evening") is not among them.
    """
    found = {int(hour) * 60 + int(minute) for hour, minute in CLOCK.findall(text)}
    found |= set(map(_minutes, filter(_is_time, _SAID.finditer(bare(text)))))
    both = {each % _DAY for one in found for each in (one, one + _HALF_DAY) if one < _DAY}
    return {f"{each // 60:02}:{each % 60:02}" for each in both}


def without_counts(text: str) -> str:
    """Returns the bare words of a text without numbers of people and of other things."""
    return _COUNT.sub("", bare(text))


def _is_time(said: re.Match[str]) -> bool:
    """Numbers alone may count anything: something has to say that one is a time."""
    return bool(said["at"] or said["part"] or said["after"])


def _minutes(said: re.Match[str]) -> int:
    past = _PARTS[said["part"]] if said["part"] else number(said["minute"] or "0") or 0
    return (number(said["hour"]) or 0) * 60 + past
