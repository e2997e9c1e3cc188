"""The words of a text, and a search: both are folded in the same way, in any language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

MOST_LETTERS = 64
"""Letters of a word that count; nobody tells longer ones apart."""
_OPTIONAL = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
"""Accents, and the vowel points of Hebrew and Arabic, which people leave out when they type."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003134f]"
)
"""Scripts that put no space between words, and Korean, which appends to them."""
_JOINED = frozenset("\u00ad\u200d\uff9e\uff9f")
"""What stands inside a word without being a letter or a mark."""
_QUOTED = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True)
class Word:
    """A folded word, and where it stands in its text, in characters (code points)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other; the last of an `open` phrase may be the beginning of one."""

    words: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Mark:
    """What of a text matches: its characters from `start` until before `end`."""

    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Returns the words of a text in order: letters, marks and digits, without case and accents.

    Of scripts without spaces each character is a word.
    """
    if text.isascii():
        found = re.finditer(r"[A-Za-z0-9]+", text)
        return [Word(m[0].lower()[:MOST_LETTERS], m.start(), m.end()) for m in found]
    return [word for run in _runs(text) for word in _divided(*run)]


def phrases_of(search: str) -> tuple[Phrase, ...]:
    """Returns what a search asks for: every phrase has to be in one line.

    What is typed without a space, such as "don't" or a run of Chinese, is a phrase, and so is what
    stands in quotes. Nothing in a search is a command.
    """
    parts = list(_QUOTED.finditer(search))
    found = [
        Phrase(tuple(word.text for word in words_of(part[0])), _is_open(search, part))
        for part in parts
    ]
    return tuple(dict.fromkeys(phrase for phrase in found if phrase.words))


def marks_of(text: str, phrases: tuple[Phrase, ...]) -> list[Mark]:
    """Returns what of the text matches, in order and without overlaps; [] unless all phrases do."""
    words = words_of(text)
    found = [_places(words, phrase) for phrase in phrases]
    if not all(found):
        return []
    matched = sorted({place for places in found for place in places})
    runs = groupby(enumerate(matched), key=lambda pair: pair[1] - pair[0])
    return [_joined([words[place] for _, place in run]) for _, run in runs]


def _joined(words: list[Word]) -> Mark:
    return Mark(words[0].start, words[-1].end)


def _is_open(search: str, part: re.Match[str]) -> bool:
    """Returns whether the last word may go on: single letters and single characters stand alone."""
    last = part[2] or ""
    is_last = part.end() == len(search.rstrip())
    ends = words_of(last)[-1:]
    return is_last and bool(ends) and len(ends[0].text) > 1 and ends[0].end == len(last)


def _places(words: list[Word], phrase: Phrase) -> list[int]:
    """Returns the places of the words that belong to the phrase."""
    size = len(phrase.words)
    starts = [n for n in range(len(words) - size + 1) if _is_at(words, n, phrase)]
    return [start + n for start in starts for n in range(size)]


def _is_at(words: list[Word], place: int, phrase: Phrase) -> bool:
    *before, last = phrase.words
    here = [word.text for word in words[place : place + len(phrase.words)]]
    ends = here[-1].startswith(last) if phrase.is_open else here[-1] == last
    return ends and here[:-1] == before


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Returns the stretches of letters, marks and digits, and where each begins."""
    begin = None
    for place, character in enumerate(text):
        if not _belongs(character):
            if begin is not None:
                yield text[begin:place], begin
            begin = None
        elif begin is None:
            begin = place
    if begin is not None:
        yield text[begin:], begin


def _divided(run: str, begin: int) -> Iterator[Word]:
    """Returns the words of one stretch: a character without spaces stands alone with its marks."""
    start = 0
    for place in range(1, len(run) + 1):
        goes_on = place < len(run) and (
            _is_mark(run[place]) or not (_UNSPACED.match(run[place]) or _UNSPACED.match(run[start]))
        )
        if goes_on:
            continue
        if folded := _folded(run[start:place]):
            yield Word(folded, begin + start, begin + place)
        start = place


def _folded(word: str) -> str:
    plain = _OPTIONAL.sub("", unicodedata.normalize("NFKD", word.casefold()))
    whole = unicodedata.normalize("NFKC", plain).casefold()
    return "".join(c for c in whole if _belongs(c) and c not in _JOINED)[:MOST_LETTERS]


@lru_cache(4096)
def _belongs(character: str) -> bool:
    return character in _JOINED or unicodedata.category(character)[0] in "LMN"


def _is_mark(character: str) -> bool:
    return character in _JOINED or unicodedata.category(character)[0] == "M"
