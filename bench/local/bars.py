"""Whether the bars of the keyless voice are met, a sentence for each that is missed."""

from __future__ import annotations

from bench.report import percentile

from . import words
from .guest import MODEL
from .questions import Asked
from .spoken import CLEAN
from .wire import Cell
from .words import FALLBACK, NEW, Ears

MOST_WRONG = 4.0
"""Percent of the words of clean synthesised lines."""
NOISY, MOST_OF_FALLBACK = "noise at 10 dB", 0.5
MODEL_P50, MODEL_P90, SCRIPT_P50 = 1.6, 2.5, 0.9
PEOPLE = "people"


def of_words(found: list[Ears]) -> list[str]:
    """The bars of recognition, for the synthesised lines, as far as they were heard."""
    new, fallback = (
        {part.condition: _percent(found, engine, part.condition) for part in found}
        for engine in (NEW, FALLBACK)
    )
    said = []
    if (clean := new.get(CLEAN)) is not None and clean > MOST_WRONG:
        said.append(f"{clean:.1f} % of the clean lines' words are wrong, more than {MOST_WRONG} %.")
    if (before := fallback.get(CLEAN)) is not None and clean is not None and clean > before:
        said.append(f"clean lines: {clean:.1f} % wrong, more than the fallback's {before:.1f} %.")
    noisy, noisy_before = new.get(NOISY), fallback.get(NOISY)
    if noisy is not None and noisy_before is not None and noisy > MOST_OF_FALLBACK * noisy_before:
        share = noisy / noisy_before
        said.append(f"{NOISY}: {share:.2f} of the fallback's words wrong, not half of them.")
    return said


def of_waits(cells: list[Cell]) -> list[str]:
    """The bars of the wire, for one person alone."""
    said = []
    for cell in (cell for cell in cells if cell.people == 1):
        p50, p90 = percentile(waits(cell), 0.5), percentile(waits(cell), 0.9)
        bar = MODEL_P50 if cell.head == MODEL else SCRIPT_P50
        if not p50 <= bar:
            said.append(f"{cell.head}, alone: p50 is {p50:.2f} s, more than {bar} s.")
        if cell.head == MODEL and not p90 <= MODEL_P90:
            said.append(f"{cell.head}, alone: p90 is {p90:.2f} s, more than {MODEL_P90} s.")
    said += [
        f"{cell.head}, {cell.people} people: {lost} lines got no reply."
        for cell in cells
        if (lost := sum(turn.wait is None for turn in cell.turns))
    ]
    return said


def of_questions(found: list[Asked]) -> list[str]:
    """One sentence for each question that was not answered as it should be."""
    return [
        f"{asked.ask!r}: {asked.verdict if asked.verdict != 'good' else asked.voice}."
        for asked in found
        if not asked.good
    ]


def waits(cell: Cell, head: str = "") -> list[float]:
    """Returns the seconds of all replies that came; of those by one head, where it is named."""
    return [
        turn.wait
        for turn in cell.turns
        if turn.wait is not None and not turn.premature and head in ("", turn.head)
    ]


def _percent(found: list[Ears], engine: str, condition: str) -> float | None:
    parts = [
        part
        for part in found
        if (part.engine, part.condition) == (engine, condition) and part.speaker != PEOPLE
    ]
    return words.wrong(parts) if parts else None
