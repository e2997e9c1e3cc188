"""The smallest parts of a reply: what the page shows, and what the voice says in its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_WIDE = (
    range(0x1100, 0x1200),
    range(0x2E80, 0xA4D0),
    range(0xAC00, 0xD7B0),
    range(0xF900, 0xFB00),
    range(0x20000, 0x32000),
)
"""Where the letters lie that stand for a syllable or more: Chinese, Japanese, Korean."""
_WITHOUT_BLANKS = (
    range(0x0E00, 0x0F00),
    range(0x1000, 0x10A0),
    range(0x1780, 0x1800),
    range(0x2E80, 0xA4D0),
    range(0xF900, 0xFB00),
    range(0x20000, 0x32000),
)
"""The scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese."""
_FLOOD = re.compile(r"^[\u0300-\u036f]+|([\u0300-\u036f]{3})[\u0300-\u036f]+")
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the direction of writing, which nobody says."""
_VOWELS_BEHIND = "\u200d\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3"


@dataclass(frozen=True)
class Unit:
    """A word, mark, blank or whole block; `said` is empty where the voice says nothing for it."""

    shown: str
    said: str


def shown(units: Iterable[Unit]) -> str:
    """The text that the page shows for these."""
    return "".join(unit.shown for unit in units)


def said(units: Iterable[Unit]) -> str:
    """The text that the voice says for these."""
    return "".join(unit.said for unit in units)


def calm(text: str) -> str:
    """The text with at most three accents on a letter, as a language has them."""
    return _FLOOD.sub(r"\1", text)


def is_sayable(text: str) -> bool:
    """Whether there is anything in it that a voice could say."""
    return any(letter.isalnum() for letter in text)


def weight(text: str) -> float:
    """About how long it takes to say, counted in Latin letters."""
    return sum(2.5 if _is_in(letter, _WIDE) else 1.0 for letter in text)


def is_without_blanks(letter: str) -> bool:
    """Whether its script puts no blanks between words."""
    return _is_in(letter, _WITHOUT_BLANKS)


def is_mark(letter: str) -> bool:
    """Whether it belongs to the letter before it, as vowels and accents of many scripts do."""
    return unicodedata.category(letter).startswith("M") or letter in _VOWELS_BEHIND


def is_picture(letter: str) -> bool:
    """Whether it is an emoji, a pictogram, what joins them or turns lines: nobody says it."""
    code = ord(letter)
    return (
        letter in _DIRECTIONS
        or 0x1F000 <= code <= 0x1FBFF
        or 0x2600 <= code <= 0x27BF
        or 0x2B00 <= code <= 0x2BFF
        or 0xE0000 <= code <= 0xE007F
        or code in (0x200D, 0x20E3, 0x2122, 0x231A, 0x231B, 0x23E9, 0x23F0, 0x23F3, 0x3030)
        or 0xFE00 <= code <= 0xFE0F
    )


def _is_in(letter: str, ranges: Iterable[range]) -> bool:
    code = ord(letter)
    return code > 0xE00 and any(code in each for each in ranges)
