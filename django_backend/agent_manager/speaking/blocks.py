"""The beginnings of lines: headings, lists, code, tables, formulas, rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from agent_manager.speaking.units import Unit
from agent_manager.speaking.words import Words

LONGEST_LINE = 200
"""Characters of a line that is not spoken that are waited for at once."""
_FENCE = re.compile(r" {0,3}(```+|~~~+)([^\n`]*)")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
_QUOTE = re.compile(r" {0,3}>[ \t]?")
_BULLET = re.compile(r"[ \t]*[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?")
_NUMBERED = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]+")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*)(?=\n|$)")
_ROW = re.compile(r" {0,3}\|")
_RULED_ROW = re.compile(r" {0,3}[:-][-: \t]*\|[-:| \t]*(?=\n|$)")
_FORMULA = re.compile(r" {0,3}(?:\$\$|\\\[)")
_FORMULA_END = re.compile(r"\$\$|\\\]")
_FENCE_END = re.compile(r" {0,3}(?:```+|~~~+)\s*")
_UNDECIDED = re.compile(
    r"[ \t]*(?:[`~#>*+•_=|$\\:-][-`~#>*+•_=|$\\: \t]*\[?[ xX]?\]?|\d{1,3}[.)]?)?[ \t]*"
)


class Block(Enum):
    """What the lines that follow belong to."""

    TEXT = auto()
    ITEM = auto()
    """A heading or an entry of a list: its line ends like a sentence."""
    CODE = auto()
    TABLE = auto()
    FORMULA = auto()


@dataclass(frozen=True)
class Opening:
    """What a line begins with: the unit for its mark, and the block that it opens.

    `is_line` says that the rest of the line still is a beginning, as after a `>`.
    """

    unit: Unit
    block: Block
    is_line: bool = False


def is_undecided(rest: str, *, whole: bool) -> bool:
    """Whether more of a line is needed to tell what it begins with."""
    if whole or "\n" in rest or len(rest) > LONGEST_LINE:
        return False
    return _UNDECIDED.fullmatch(rest) is not None or _FENCE.fullmatch(rest) is not None


def opening(rest: str, words: Words) -> Opening | None:
    """What the line begins with, None for plain text."""
    if (found := _FENCE.match(rest)) and not rest[found.end() :].startswith("`"):
        return Opening(Unit(found[0], f"{words.code} "), Block.CODE)
    if found := _FORMULA.match(rest):
        return Opening(Unit(found[0], f"{words.formula} "), Block.FORMULA)
    if found := _RULED_ROW.match(rest) or _ROW.match(rest):
        return Opening(Unit(found[0], f"{words.table} "), Block.TABLE)
    if found := _RULE.match(rest):
        return Opening(Unit(found[0], ""), Block.TEXT)
    if found := _QUOTE.match(rest):
        return Opening(Unit(found[0], ""), Block.TEXT, is_line=True)
    if found := _HEADING.match(rest) or _BULLET.match(rest):
        return Opening(Unit(found[0], ""), Block.ITEM)
    if found := _NUMBERED.match(rest):
        return Opening(Unit(found[0], f"{found[1]}. "), Block.ITEM)
    return None


def unspoken(block: Block, rest: str, *, whole: bool) -> tuple[str, Block] | None:
    """The next part of a block that is not spoken, and the block after it; None while it is short.

    A table goes on after each of its lines: whether the next one belongs to it is asked there.
    """
    if block is Block.FORMULA and (found := _FORMULA_END.search(rest)):
        return rest[: found.end()], Block.TEXT
    end = rest.find("\n") + 1 or (len(rest) if whole or len(rest) > LONGEST_LINE else 0)
    if end == 0:
        return None
    line = rest[:end]
    is_last = block is Block.CODE and _FENCE_END.fullmatch(line) is not None
    return line, Block.TEXT if is_last else block


def goes_on(rest: str, *, whole: bool) -> bool | None:
    """Whether the line goes on with the table above it; None while it is too short to tell."""
    line, end, _ = rest.partition("\n")
    if "|" in line:
        return True
    return False if end or whole or len(line) > LONGEST_LINE else None
