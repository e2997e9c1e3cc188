"""Cuts a reply into pieces that are spoken one request each: the first one soon, later ones long.

No piece waits for a mark that may never come: a sentence ends it, then a clause, then a blank, then
a length, whatever the script and however little punctuation there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from agent_manager.speaking.units import Unit, is_mark, is_without_blanks, weight

LETTERS_A_SECOND = 15.0
PATIENCE = 0.2
"""Seconds that words wait for the end of a first piece before they are spoken sooner."""
SCARCE = 0.6
"""Seconds of voice ahead below which a later piece is spoken sooner too."""
SHORTEST_PHRASE = 26.0
PHRASE_STARTS = frozenset(
    (
        *("and", "or", "but", "because", "that", "which", "who", "when", "while", "if", "so"),
        *("to", "of", "in", "on", "at", "by", "for", "from", "with", "as", "about", "into"),
        *("und", "oder", "aber", "weil", "dass", "wenn", "mit", "von", "für", "auf", "bei"),
        *("y", "o", "pero", "porque", "que", "con", "de", "para", "en", "por", "como"),
        *("et", "ou", "mais", "parce", "qui", "avec", "pour", "dans", "sur", "par"),
    )
)
"""Words before which a speaker may pause: where no mark comes in time, a piece ends before one."""
SHORTEST_SENTENCE = 5.0
LEAST_WANTED, MOST_WANTED = 60.0, 180.0
CLOSING = "\"'”’»›」』）】)]*_"
SENTENCE_ENDS = ".!?…؟۔।॥"
WIDE_ENDS = "。！？｡．"
CLAUSE_ENDS = ",;:—–،؛"
WIDE_CLAUSE_ENDS = "，、；："
ABBREVIATIONS = frozenset(
    (
        *("dr", "mr", "mrs", "ms", "prof", "st", "vs", "etc", "approx", "no", "fig", "e.g", "i.e"),
        *("z.b", "d.h", "bzw", "ca", "nr", "sr", "sra", "dott"),
    )
)


class Boundary(IntEnum):
    """What a place between two units is; a cut is better where it is more."""

    NONE = 0
    LETTER = 1
    BLANK = 2
    CLAUSE = 3
    SENTENCE = 4


@dataclass(frozen=True)
class Lengths:
    """From which length, in Latin letters, a piece is cut at each kind of boundary."""

    clause: float
    blank: float
    letter: float


HURRIED = Lengths(clause=20, blank=40, letter=60)
SOON = Lengths(clause=30, blank=70, letter=90)
LONG = Lengths(clause=110, blank=160, letter=200)


class Pieces:
    """The units that were not taken yet, and where the next piece of them ends."""

    def __init__(self) -> None:
        self._units: list[Unit] = []
        self._is_first = True
        self._is_over = False

    @property
    def are_over(self) -> bool:
        """Whether all of the reply was taken."""
        return self._is_over and not self._units

    def feed(self, units: Iterable[Unit]) -> None:
        """Adds what came."""
        self._units.extend(units)

    def end(self) -> None:
        """Nothing more comes."""
        self._is_over = True

    def take(self, seconds_ahead: float, waited: float = 0.0) -> list[Unit] | None:
        """The next piece, longer the more voice is ahead; None while it has no end yet.

        `waited` are the seconds since the first of these words came. From a slow model the voice
        does not wait for a whole sentence.
        """
        is_due = waited >= PATIENCE if self._is_first else seconds_ahead < SCARCE
        count = self._count_unsaid() or self._count(seconds_ahead)
        if count == 0 and is_due:
            count = self._count_hurried()
        if count == 0:
            return None
        piece, self._units = self._units[:count], self._units[count:]
        if any(unit.said.strip() for unit in piece):
            self._is_first = False
        return piece

    def _count_unsaid(self) -> int:
        """How many units of no voice come next; what is shown beside a voice waits for none."""
        count = 0
        while not self._is_first and count < len(self._units) and not self._units[count].said:
            count += 1
        return count

    def _count(self, seconds_ahead: float) -> int:
        """How many units the next piece has; 0 while it has no end."""
        lengths = SOON if self._is_first else LONG
        wanted = min(max(LETTERS_A_SECOND * seconds_ahead, LEAST_WANTED), MOST_WANTED)
        length, best, text = 0.0, 0, ""
        for place, unit in enumerate(self._units):
            text += unit.said
            length += weight(unit.said)
            if best and length > wanted:
                return best
            following = self._units[place + 1] if place + 1 < len(self._units) else None
            boundary = _boundary(text, unit, following)
            if boundary is Boundary.SENTENCE and length >= SHORTEST_SENTENCE:
                if self._is_first:
                    return place + 1
                best = place + 1
            elif not best and _is_long(length, boundary, lengths):
                return place + 1
        is_rest = self._is_over and (not best or length <= wanted)
        return len(self._units) if is_rest else best

    def _count_hurried(self) -> int:
        """How many units can be spoken by themselves, though no sentence has ended."""
        length, text = 0.0, ""
        for place, unit in enumerate(self._units[:-1]):
            text += unit.said
            length += weight(unit.said)
            following = self._units[place + 1]
            boundary = _boundary(text, unit, following)
            if _is_long(length, boundary, HURRIED) or _is_phrase(length, boundary, following):
                return place + 1
        return 0


def _is_long(length: float, boundary: Boundary, lengths: Lengths) -> bool:
    if boundary is Boundary.CLAUSE:
        return length >= lengths.clause
    if boundary is Boundary.BLANK:
        return length >= lengths.blank
    return boundary is Boundary.LETTER and length >= lengths.letter


def _is_phrase(length: float, boundary: Boundary, following: Unit) -> bool:
    """Whether what was said up to a blank can stand for itself: a phrase begins after it."""
    is_end = boundary is Boundary.BLANK and length >= SHORTEST_PHRASE
    return is_end and following.said.lower() in PHRASE_STARTS


def _boundary(text: str, unit: Unit, following: Unit | None) -> Boundary:
    """What the place after `unit` is, `text` being all that is said up to there."""
    last = unit.said[-1:]
    if not last:
        return Boundary.NONE
    if last == "\n":
        return Boundary.SENTENCE
    if last in WIDE_ENDS and not _closes(following):
        return Boundary.SENTENCE
    if last in WIDE_CLAUSE_ENDS:
        return Boundary.CLAUSE
    if last.isspace():
        return _after_blank(text.rstrip())
    is_whole = following is None or not (following.said[:1] and is_mark(following.said[0]))
    return Boundary.LETTER if is_whole and _may_cut_after(last, unit) else Boundary.NONE


def _after_blank(before: str) -> Boundary:
    bare = before.rstrip(CLOSING)
    if bare[-1:] and bare[-1] in SENTENCE_ENDS:
        word = bare.rsplit(maxsplit=1)[-1].rstrip(".").lower().lstrip("(\"'")
        is_short = bare.endswith(".") and (word in ABBREVIATIONS or _is_initial(word))
        return Boundary.BLANK if is_short else Boundary.SENTENCE
    if bare[-1:] and bare[-1] in CLAUSE_ENDS:
        return Boundary.CLAUSE
    return Boundary.BLANK


def _is_initial(word: str) -> bool:
    """Whether it is one letter or a number of a list, after which no sentence ends."""
    return len(word) == 1 and word.isalnum() and not is_without_blanks(word)


def _may_cut_after(last: str, unit: Unit) -> bool:
    """Whether a word may be cut there: between letters of scripts without blanks, or where a
    word is so long that it is none."""
    return is_without_blanks(last) or len(unit.shown) >= 20


def _closes(following: Unit | None) -> bool:
    return following is not None and following.said[:1] != "" and following.said[0] in CLOSING
