"""What the shipped settings have to reach, and one sentence for each part that they miss."""

from __future__ import annotations

from collections.abc import Iterable

from .lines import HARD
from .measure import Cell, Turn
from .report import p50, p95, spread

BAR_PEOPLE, ALONE, MANY = 4, 1, 8
MOST_SECONDS = {"realtime": 0.85, "batch": 1.00}
MOST_SPREAD = 1.15
MOST_P50_OF_ALONE, MOST_P95_OF_ALONE = 1.2, 1.5


def misses(cells: list[Cell], ours: Iterable[str]) -> list[str]:
    """One sentence for each part of the bar that our systems, named by `ours`, miss."""
    names = list(ours)
    found = [(cell.system, cell.people, cell) for cell in cells]
    said: list[str] = []
    for name in names:
        by_people = {people: cell for system, people, cell in found if system == name}
        if BAR_PEOPLE in by_people:
            said += _four(by_people[BAR_PEOPLE])
        if ALONE in by_people and MANY in by_people:
            said += _many(by_people[MANY], by_people[ALONE])
        for cell in by_people.values():
            said += _lost(cell) + _behind(cell, [c for s, _, c in found if s not in names])
    return said


def _four(cell: Cell) -> list[str]:
    said = []
    if not p50(cell) <= (most := MOST_SECONDS[cell.stt_mode]):
        said.append(f"{_of(cell)}p50 is {p50(cell):.2f} s, more than {most:.2f} s.")
    if not spread(cell) <= MOST_SPREAD:
        said.append(f"{_of(cell)}p95/p50 is {spread(cell):.2f}, more than {MOST_SPREAD}.")
    for turns, what in ((_early(cell), "began before the line ended"), (_split(cell), "was split")):
        if turns:
            said.append(f"{_of(cell)}{len(turns)} of {len(cell.turns)} lines: {what}.")
    return said


def _many(many: Cell, alone: Cell) -> list[str]:
    said = []
    for what, figure, most in (
        ("p50", p50(many), MOST_P50_OF_ALONE),
        ("p95", p95(many), MOST_P95_OF_ALONE),
    ):
        if not figure / p50(alone) <= most:
            ratio = f"{figure / p50(alone):.2f} times the p50 of one person"
            said.append(f"{_of(many)}{what} is {ratio}, more than {most}.")
    return said


def _lost(cell: Cell) -> list[str]:
    lost = sum(turn.heard.wait is None for turn in cell.turns)
    return [f"{_of(cell)}{lost} of {len(cell.turns)} lines got no reply."] if lost else []


def _behind(cell: Cell, others: list[Cell]) -> list[str]:
    """A sentence for each that is quicker, of those whose recognition works in the same way."""
    alike = [o for o in others if (o.people, o.stt_mode) == (cell.people, cell.stt_mode)]
    quicker = [other for other in alike if p50(other) < p50(cell)]
    return [f"{_of(cell)}{other.system} is quicker, {p50(other):.2f} s." for other in quicker]


def _early(cell: Cell) -> list[Turn]:
    return [turn for turn in cell.turns if turn.heard.premature and turn.kind not in HARD]


def _split(cell: Cell) -> list[Turn]:
    return [turn for turn in cell.turns if turn.split and turn.kind not in HARD]


def _of(cell: Cell) -> str:
    return f"{cell.system}, {cell.people} at once: "
