"""The figures as tables."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from .asked import Asked
from .lines import HARD, KINDS
from .measure import Cell, Turn
from .prices import dollars

QUIET_CORES = 0.2

HEADINGS = (
    "system",
    "people",
    "lines",
    "p50 ms",
    "p95 ms",
    "p95/p50",
    "greeting ms",
    "early, split",
    "no reply",
    "recognitions a line",
    "replies thrown away a line",
    "$ per 100 lines",
    "$ of them thrown away",
    "cores each",
    "MB each",
)


def percentile(values: list[float], share: float) -> float:
    """Returns the smallest value that at least `share` of them do not exceed; NaN for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def waits(cell: Cell) -> list[float]:
    """Returns the seconds from line to reply, of all turns but the hard ones."""
    return _waits(turn for turn in cell.turns if turn.kind not in HARD)


def p50(cell: Cell) -> float:
    """Returns the median wait in seconds."""
    return percentile(waits(cell), 0.50)


def p95(cell: Cell) -> float:
    """Returns the 95th percentile of the waits in seconds."""
    return percentile(waits(cell), 0.95)


def spread(cell: Cell) -> float:
    """Returns the 95th percentile of the waits as a multiple of their median."""
    return p95(cell) / p50(cell)


def rows(cells: list[Cell]) -> list[list[str]]:
    """The table of systems without its headings, a row for each cell."""
    return [_row(cell) for cell in cells]


def kind_headings() -> list[str]:
    """The headings of the table of kinds of lines."""
    return ["system", "people", *(f"{kind}: p50 ms; early, split" for kind in KINDS)]


def kind_rows(cells: list[Cell]) -> list[list[str]]:
    """What became of each kind of line, a row for each cell."""
    return [
        [_name(cell), str(cell.people), *(_kind(cell, kind) for kind in KINDS)] for cell in cells
    ]


def text_table(headings: Sequence[str], found: list[list[str]]) -> str:
    """The table for a terminal."""
    table = [list(headings), *found]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


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
    """Returns an object for each cell: every figure in seconds, and every single turn."""
    return [{**asdict(cell), "p50": p50(cell), "p95": p95(cell)} for cell in cells]


def noise(cells: list[Cell]) -> str | None:
    """A warning when other programs took the machine from us, which spoils every figure."""
    cores = max((busy for cell in cells for busy in cell.elsewhere), default=0.0)
    if cores <= QUIET_CORES:
        return None
    return f"Other programs kept {cores:.1f} cores busy: measure again on a quiet machine."


def _row(cell: Cell) -> list[str]:
    greetings = [seconds for seconds in cell.greetings if seconds is not None]
    lines = len(cell.turns)
    return [
        _name(cell),
        str(cell.people),
        str(lines),
        _milliseconds(p50(cell)),
        _milliseconds(p95(cell)),
        f"{spread(cell):.2f}",
        _milliseconds(percentile(greetings, 0.50)),
        _early_and_split([turn for turn in cell.turns if turn.kind not in HARD]),
        str(sum(turn.heard.wait is None for turn in cell.turns)),
        *_asked(cell.asked, lines),
        f"{_mean([usage.cores for usage in cell.usage]):.2f}",
        f"{_mean([usage.megabytes for usage in cell.usage]):.0f}",
    ]


def _asked(asked: Asked, lines: int) -> list[str]:
    """What was asked of services, a line or 100; without services there is nothing to count."""
    if not asked.recognitions:
        return ["-"] * 4
    return [
        f"{asked.recognitions / lines:.1f}",
        f"{max(0, asked.replies - lines) / lines:.1f}",
        f"{100 * dollars(asked.amounts) / lines:.3f}",
        f"{100 * dollars(asked.thrown_away) / lines:.3f}",
    ]


def _name(cell: Cell) -> str:
    return f"{cell.system} ({cell.stt_mode})"


def _kind(cell: Cell, kind: str) -> str:
    turns = [turn for turn in cell.turns if turn.kind == kind]
    if not turns:
        return "-"
    return f"{_milliseconds(percentile(_waits(turns), 0.5))}; {_early_and_split(turns)}"


def _waits(turns: Iterable[Turn]) -> list[float]:
    return [turn.heard.wait for turn in turns if turn.heard.wait is not None]


def _early_and_split(turns: list[Turn]) -> str:
    early = sum(turn.heard.premature for turn in turns)
    split = sum(turn.split for turn in turns)
    return f"{early}, {split} of {len(turns)}"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _milliseconds(seconds: float) -> str:
    return "-" if math.isnan(seconds) else str(round(seconds * 1000))
