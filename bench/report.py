"""The figures as tables, and whether the bar is met."""

from __future__ import annotations

import math
import statistics
from dataclasses import asdict
from typing import Any

from .lines import KINDS
from .measure import Cell, Turn

BAR_PEOPLE = 4
MOST_OF_DEFAULTS = 0.70
MOST_SPREAD = 1.15
QUIET_CORES = 0.2

HEADINGS = (
    "system",
    "people",
    "turns",
    "p50 ms",
    "p95 ms",
    "p95/p50",
    "of defaults",
    "greeting ms",
    "cores each",
    "MB each",
    "no reply",
    *(f"early, split: {kind}" for kind in KINDS),
    "LLM requests a line",
    "cores busy elsewhere",
)


def percentile(values: list[float], share: float) -> float:
    """Returns the smallest value that at least `share` of them do not exceed; NaN for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def waits(cell: Cell) -> list[float]:
    """Returns the seconds of all turns that got a reply after the line's end."""
    return [turn.heard.wait for turn in cell.turns if turn.heard.wait is not None]


def p50(cell: Cell) -> float:
    """Returns the median wait in seconds."""
    return percentile(waits(cell), 0.50)


def spread(cell: Cell) -> float:
    """Returns the 95th percentile of the waits as a multiple of their median."""
    return percentile(waits(cell), 0.95) / p50(cell)


def rows(cells: list[Cell], defaults: str) -> list[list[str]]:
    """The table without its headings, a row for each cell."""
    base = {cell.people: p50(cell) for cell in cells if cell.system == defaults}
    return [_row(cell, base.get(cell.people, math.nan)) for cell in cells]


def text_table(cells: list[Cell], defaults: str) -> str:
    """The table for a terminal."""
    table = [list(HEADINGS), *rows(cells, defaults)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def markdown_table(cells: list[Cell], defaults: str) -> str:
    """The table for docs/bench.md."""
    rule = ["---"] * len(HEADINGS)
    table = [list(HEADINGS), rule, *rows(cells, defaults)]
    return "\n".join(f"| {' | '.join(row)} |" for row in table)


def interruption_line(stopped: list[float]) -> str:
    """How soon the voice stopped after a person's first sound, in one sentence."""
    if not stopped:
        return "Interruptions were not measured."
    median, worst = statistics.median(stopped), max(stopped)
    return (
        f"{len(stopped)} interruptions: the voice stopped {median:.2f} s (median) and at worst "
        f"{worst:.2f} s after the person's first sound."
    )


def as_json(cells: list[Cell]) -> list[dict[str, Any]]:
    """Returns an object for each system: every figure in seconds, and every single turn."""
    return [
        {**asdict(cell), "p50": p50(cell), "p95": percentile(waits(cell), 0.95)} for cell in cells
    ]


def misses(cells: list[Cell], defaults: str, shipped: str) -> list[str]:
    """One sentence for each part of the bar that the shipped settings miss."""
    by_name = {cell.system: cell for cell in cells if cell.people == BAR_PEOPLE}
    base, ours = by_name[defaults], by_name[shipped]
    said = []
    ratio = p50(ours) / p50(base)
    if not ratio <= MOST_OF_DEFAULTS:
        said.append(f"p50 is {ratio:.2f} of the defaults', more than {MOST_OF_DEFAULTS}.")
    if not spread(ours) <= MOST_SPREAD:
        said.append(f"p95/p50 is {spread(ours):.2f}, more than {MOST_SPREAD}.")
    shipped_turns = [turn for cell in cells if cell.system == shipped for turn in cell.turns]
    if early := sum(turn.heard.premature for turn in shipped_turns):
        said.append(f"{early} of {len(shipped_turns)} replies began before the line ended.")
    if lost := sum(turn.heard.wait is None for turn in shipped_turns):
        said.append(f"{lost} of {len(shipped_turns)} lines got no reply.")
    return said


def noise(cells: list[Cell]) -> str | None:
    """A warning when other programs took the machine from us, which spoils every figure."""
    cores = max((busy for cell in cells for busy in cell.elsewhere), default=0.0)
    if cores <= QUIET_CORES:
        return None
    return f"Other programs kept {cores:.1f} cores busy: measure again on a quiet machine."


def _row(cell: Cell, base: float) -> list[str]:
    greetings = [seconds for seconds in cell.greetings if seconds is not None]
    return [
        f"{cell.system} ({cell.stt_mode})",
        str(cell.people),
        str(len(cell.turns)),
        _milliseconds(p50(cell)),
        _milliseconds(percentile(waits(cell), 0.95)),
        f"{spread(cell):.2f}",
        f"{p50(cell) / base:.2f}",
        _milliseconds(percentile(greetings, 0.50)),
        f"{_mean([usage.cores for usage in cell.usage]):.2f}",
        f"{_mean([usage.megabytes for usage in cell.usage]):.0f}",
        str(sum(turn.heard.wait is None for turn in cell.turns)),
        *(_early_and_split(cell.turns, kind) for kind in KINDS),
        f"{_mean([float(turn.llm_requests) for turn in cell.turns]):.1f}",
        f"{_mean(cell.elsewhere):.2f}",
    ]


def _early_and_split(turns: list[Turn], kind: str) -> str:
    these = [turn for turn in turns if turn.kind == kind]
    early = sum(turn.heard.premature for turn in these)
    split = sum(turn.split for turn in these)
    return f"{early}, {split} of {len(these)}"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _milliseconds(seconds: float) -> str:
    return "-" if math.isnan(seconds) else str(round(seconds * 1000))
