"""Times of day as people say them, in English and in German."""

import re

from local_ai.head.tools.numbers import HOURS, bare, number

_PARTS = {
    "half past": 30, "half": 30, "halb": -30, "quarter past": 15, "viertel nach": 15,
    "quarter to": -15, "viertel vor": -15,
}  # fmt: skip
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)\b")
_SAID = re.compile(
    r"\b(?P<at>(?:at|around|about|um|gegen|make it|from|by) )?"
    rf"(?:(?P<part>{'|'.join(_PARTS)}) )?"
    rf"\b(?P<hour>\d\d?|{'|'.join(HOURS)})\b(?: (?P<minute>[0-5]\d|fifteen|thirty|dreissig)\b)?"
    r"(?P<after> (?:o clock|oclock|uhr|am|pm|a m|p m|in the (?:morning|afternoon|evening)|tonight|"
    r"abends|morgens|vormittags|nachmittags)\b)?"
)
_DAY, _HALF_DAY = 24 * 60, 12 * 60


def times(text: str) -> set[str]:
    """Returns the times that a text names, as 19:30; of one in half a day also the other."""
    found = {int(hour) * 60 + int(minute) for hour, minute in _CLOCK.findall(text)}
    found |= set(map(_minutes, filter(_is_time, _SAID.finditer(bare(text)))))
    both = {each % _DAY for one in found for each in (one, one + _HALF_DAY) if one < _DAY}
    return {f"{each // 60:02}:{each % 60:02}" for each in both}


def _is_time(said: re.Match[str]) -> bool:
    """Numbers alone may count anything: something has to say that one is a time."""
    return bool(said["at"] or said["part"] or said["after"])


def _minutes(said: re.Match[str]) -> int:
    past = _PARTS[said["part"]] if said["part"] else number(said["minute"] or "0") or 0
    return (number(said["hour"]) or 0) * 60 + past
