"""Reads a model's text as it comes and gives, for each part, what is shown and what is said.

All that is shown is the text itself, character by character: only what is said is another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from agent_manager.speaking.blocks import Block, goes_on, is_undecided, opening, unspoken
from agent_manager.speaking.reading import (
    ADDRESS,
    LONG_CODE,
    host_of,
    is_number,
    read,
    read_with_unit,
)
from agent_manager.speaking.units import Unit, calm, is_mark, is_picture, is_without_blanks
from agent_manager.speaking.words import Words, words_of

AT_ONCE = 200
"""Characters that are looked at together: a look at a rest that is long costs its square."""
LONGEST_WORD = 40
"""Characters after which a word is given in parts: it has no blanks, or it is none."""
LONGEST_ADDRESS = 2000
LONGEST_TAG = 160
ENDS_OF_SENTENCES = ".!?…:;,。！？،؟।"

_TAG = re.compile(
    r"<!--.*?-->|<[/?!]?[A-Za-z][\w:.-]*(?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*\s*[/?]?>",
    re.DOTALL,
)
_BEGUN_TAG = re.compile(r"<(?:[/?!]?(?:[A-Za-z][^<>]*)?|!-.*)", re.DOTALL)
_FOOTNOTE = re.compile(r"\[\^?\d{1,3}\](?!\()(?::(?=\s))?")
_BEGUN_FOOTNOTE = re.compile(r"\[\^?\d{0,3}(?:\]:?)?")
_TARGET = re.compile(r"\]\([^\s()]*(?:\([^\s()]*\)[^\s()]*)*(?:\s+\"[^\"\n]*\")?\)")
_BEGUN_TARGET = re.compile(r"\]\((?:[^\s()]|\([^\s()]*\)?)*(?:\s+(?:\"[^\"\n]*\"?)?)?")
_SWALLOWED = re.compile(r"[^\s<>\"`|]+")
_NOTHING = Unit("", "")
_BLANKS = re.compile(r"[^\S\n]+")
_WORD = re.compile(r"[^\s`*\[\]<>|\\~]+")
_PAUSES = ("br", "break", "p", "/p", "/s", "/li", "/div")


class Reader:
    """One reply. `feed` and `end` give the units that are complete; none is given twice."""

    def __init__(self, language: str) -> None:
        self._words: Words = words_of(language)
        self._rest = ""
        self._before = ""
        self._last = ""
        """The last character that is said, and the last one that is no blank."""
        self._is_line_start = True
        self._is_unsaid = False
        self._block = Block.TEXT

    def feed(self, text: str) -> list[Unit]:
        """Takes the next part of the text."""
        parts = (text[at : at + AT_ONCE] for at in range(0, len(text), AT_ONCE))
        return [unit for part in parts for unit in self._after(part)]

    def end(self) -> list[Unit]:
        """Takes what is left; the text is complete."""
        return list(self._units(whole=True))

    def _after(self, part: str) -> Iterable[Unit]:
        self._rest += part
        return self._units(whole=False)

    def _units(self, *, whole: bool) -> Iterable[Unit]:
        while self._rest:
            unit = self._next(whole)
            if unit is None:
                return
            self._rest = self._rest[len(unit.shown) :]
            if unit.said:
                self._before = unit.said[-1]
                self._last = unit.said.rstrip()[-1:] or self._last
            if unit.shown or unit.said:
                yield unit

    def _next(self, whole: bool) -> Unit | None:
        if self._block in (Block.CODE, Block.FORMULA):
            return self._unspoken(whole)
        if self._is_line_start:
            return self._line_start(whole)
        return self._unspoken(whole) if self._block is Block.TABLE else self._inline(whole)

    def _unspoken(self, whole: bool) -> Unit | None:
        found = unspoken(self._block, self._rest, whole=whole)
        if found is None:
            return None
        part, self._block = found
        self._is_line_start = part.endswith("\n")
        return Unit(part, "")

    def _line_start(self, whole: bool) -> Unit | None:
        if self._block is Block.TABLE:
            is_row = goes_on(self._rest, whole=whole)
            if is_row is None:
                return None
            self._is_line_start = not is_row
            self._block = Block.TABLE if is_row else Block.TEXT
            return Unit("", "")
        if is_undecided(self._rest, whole=whole):
            return None
        found = opening(self._rest, self._words)
        self._is_line_start = found is not None and found.is_line
        self._block = found.block if found else Block.TEXT
        return found.unit if found else Unit("", "")

    def _inline(self, whole: bool) -> Unit | None:
        if self._is_unsaid:
            return self._unsaid_rest(whole)
        first = self._rest[0]
        if first == "\n":
            return self._line_end()
        if found := _BLANKS.match(self._rest):
            return Unit(found[0], " " if not self._before.isspace() else "")
        if is_picture(first):
            return Unit(_run(self._rest, is_picture), "")
        if is_without_blanks(first):
            return self._letter(whole)
        if first in "$\\" and (unit := self._formula(first, whole)) is not _NOTHING:
            return unit
        if first in "`*[]<>!|\\~":
            return self._mark(first, whole)
        return self._word(whole)

    def _formula(self, first: str, whole: bool) -> Unit | None:
        """The sentence about a formula that begins here; `_NOTHING` where none does."""
        if len(self._rest) == 1 and not whole:
            return None
        if self._rest[:2] != ("$$" if first == "$" else "\\["):
            return _NOTHING
        self._block = Block.FORMULA
        return Unit(self._rest[:2], f"{self._words.formula} ")

    def _line_end(self) -> Unit:
        """A line's end: a pause, and the end of a sentence after an entry or before a gap."""
        is_gap = self._before == "\n" or self._block is Block.ITEM
        self._is_line_start, self._block = True, Block.TEXT
        before = self._before.strip()
        if is_gap and before and before not in ENDS_OF_SENTENCES and before.isalnum():
            return Unit("\n", ".\n")
        return Unit("\n", "\n" if before else "")

    def _letter(self, whole: bool) -> Unit | None:
        marks = _run(self._rest[1:], is_mark)
        if len(marks) + 1 == len(self._rest) and not whole and "\u0e00" <= self._rest[0] < "\u2e80":
            return None
        letter = self._rest[: len(marks) + 1]
        return Unit(letter, letter)

    def _mark(self, first: str, whole: bool) -> Unit | None:
        if first == "<":
            return self._tag(whole)
        if first == "[":
            return self._bracket(whole)
        if first == "]":
            return self._target(whole) if whole or len(self._rest) > 1 else None
        run = _run(self._rest, lambda letter: letter == first)
        is_last = len(run) == len(self._rest) and not whole
        if first == "`":
            return Unit(run, "")
        if is_last:
            return None
        following = self._rest[len(run) : len(run) + 1]
        return Unit(run, self._said_mark(run, following))

    def _said_mark(self, run: str, following: str) -> str:
        """What is said for marks between what was said before and the character that follows."""
        if run == "*" and self._last.isdigit() and (following.isspace() or following.isdigit()):
            sign = self._words.signs.get("*", "")
            before = "" if self._before.isspace() else " "
            return f"{before}{sign}{'' if following.isspace() else ' '}" if sign else ""
        if run == ">" and following.isspace() and self._before.isspace():
            return self._words.signs.get(">", "")
        if self._before.isalnum() and following.isalnum():
            if run == ">":
                return self._between(">")
            if run == "**" and self._before.isdigit() and following.isdigit():
                return f" {self._words.power} " if self._words.power else run
        if run == "\\" and self._before not in ("", " ", "\n") and following.isalnum():
            return " "
        if run == "~" and following.isdigit():
            return f"{self._words.signs['~']} " if self._words.signs else ""
        if run == "|":
            return ","
        return "" if run[0] in "*~>|\\" or following == "[" else run

    def _tag(self, whole: bool) -> Unit | None:
        if found := _TAG.match(self._rest):
            name = found[0].strip("<>").split()[:1]
            is_pause = bool(name) and name[0].rstrip("/").lower() in _PAUSES
            is_due = is_pause and self._before.isalnum()
            return Unit(found[0], ", " if is_due else "")
        if ADDRESS.match(self._rest[1:]):
            return Unit("<", "")
        could_be = len(self._rest) < LONGEST_TAG and _BEGUN_TAG.fullmatch(self._rest)
        if could_be and not whole:
            return None
        is_sign = self._rest[1:2].isspace() and self._before.isspace()
        if self._before.isalnum() and self._rest[1:2].isalnum():
            return Unit("<", self._between("<"))
        return Unit("<", self._words.signs.get("<", "") if is_sign else "")

    def _between(self, sign: str) -> str:
        """What is said for a sign without blanks around it."""
        said = self._words.signs.get(sign, "")
        return f" {said} " if said else sign

    def _bracket(self, whole: bool) -> Unit | None:
        found = _FOOTNOTE.match(self._rest)
        if _BEGUN_FOOTNOTE.fullmatch(self._rest) and not whole:
            return None
        if found:
            return Unit(found[0], "")
        return Unit("[", "")

    def _target(self, whole: bool) -> Unit | None:
        """The end of a link's words and the address behind it, which is not said."""
        if found := _TARGET.match(self._rest):
            return Unit(found[0], "")
        could_be = len(self._rest) < LONGEST_ADDRESS and _BEGUN_TARGET.fullmatch(self._rest)
        if could_be and not whole:
            return None
        return Unit("]", "")

    def _word(self, whole: bool) -> Unit | None:
        if found := ADDRESS.match(self._rest):
            return self._address(found[0], whole)
        found = _WORD.match(self._rest)
        word = _until_other(found[0][: LONGEST_WORD + 1]) if found else self._rest[0]
        is_whole = len(word) < len(self._rest) or whole
        if not is_whole and len(word) <= LONGEST_WORD:
            return None
        if len(word) > LONGEST_WORD:
            return self._long_word(word[:LONGEST_WORD])
        if is_number(word, self._words):
            return self._number(word, whole)
        return Unit(word, calm(read(word, self._words)))

    def _long_word(self, part: str) -> Unit:
        """The beginning of a word that is too long to be one: a code, or letters without blanks."""
        self._is_unsaid = LONG_CODE.fullmatch(part) is not None
        return Unit(part, self._words.long_code if self._is_unsaid else calm(part))

    def _number(self, word: str, whole: bool) -> Unit | None:
        """A number with the unit after it, where one follows."""
        found = re.compile(r"([ \u00a0\u202f]?)([^\s`*\[\]<>|\\]+)(.?)", re.DOTALL).match(
            self._rest, len(word)
        )
        is_undecided = self._rest[len(word) :] in ("", " ", "\u00a0") or (found and not found[3])
        if is_undecided and not whole:
            return None
        if found and found[1] and (text := read_with_unit(word, found[2], self._words)):
            return Unit(word + found[1] + found[2], text)
        return Unit(word, read(word, self._words))

    def _address(self, address: str, whole: bool) -> Unit | None:
        is_whole = len(address) < len(self._rest) or whole
        if not is_whole and len(address) < LONGEST_TAG:
            return None
        if not is_whole:
            self._is_unsaid = True
            return Unit(address, host_of(address))
        core = address.rstrip(".,;:!?)]}'*_")
        if core.count("(") > core.count(")") and address[len(core) :].startswith(")"):
            core += ")"
        return Unit(core, host_of(core) or core)

    def _unsaid_rest(self, whole: bool) -> Unit:
        """What is left of an address or code for which everything was said already."""
        found = _SWALLOWED.match(self._rest)
        self._is_unsaid = found is not None and found.end() == len(self._rest) and not whole
        return Unit(found[0], "") if found else _NOTHING


def _run(text: str, belongs: Callable[[str], bool]) -> str:
    end = 0
    while end < len(text) and belongs(text[end]):
        end += 1
    return text[:end]


def _until_other(word: str) -> str:
    """The word up to where an emoji or a script without blanks begins."""
    for place, letter in enumerate(word):
        if place and (is_picture(letter) or is_without_blanks(letter)):
            return word[:place]
    return word
