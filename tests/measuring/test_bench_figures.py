"""The bench's arithmetic: percentiles, what counts as split, and the bar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench import report
from bench.lines import PAUSE_300, PLAIN, lines
from bench.measure import Cell, Turn, _Said, _turns
from bench.person import Heard
from bench.usage import Usage


def turn(wait: float | None = 1.0, *, premature: bool = False) -> Turn:
    return Turn(PLAIN, Heard(wait, premature), split=False, llm_requests=1)


def cell(system: str, *waits: float) -> Cell:
    return Cell(system, 4, [turn(wait) for wait in waits], [1.0], [Usage(0.1, 10.0)], [0.0])


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (report.percentile(values, 0.5), report.percentile(values, 0.95)) == (50, 95)
    assert report.percentile([7.0], 0.95) == 7


def test_a_fast_and_even_system_meets_the_bar() -> None:
    cells = [cell("defaults", 2.0, 2.0), cell("shipped", 1.2, 1.3)]
    assert report.misses(cells, "defaults", "shipped") == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda ours: ours.turns.__setitem__(slice(None), [turn(1.5)]), "p50 is 0.75"),
        (lambda ours: ours.turns.append(turn(1.5)), "p95/p50 is 1.25"),
        (lambda ours: ours.turns.append(turn(1.2, premature=True)), "before the line ended"),
        (lambda ours: ours.turns.append(turn(None)), "got no reply"),
    ],
)
def test_each_part_of_the_bar_has_its_sentence(change: Any, sentence: str) -> None:
    ours = cell("shipped", 1.2)
    change(ours)
    missed = report.misses([cell("defaults", 2.0), ours], "defaults", "shipped")
    assert len(missed) == 1 and sentence in missed[0]


@pytest.mark.processes
def test_a_line_that_became_two_turns_is_split() -> None:
    plain, pause = replace(lines(1)[0], kind=PLAIN), replace(lines(1)[0], kind=PAUSE_300)
    said = [_Said(plain, 10.0, Heard(1.0, False)), _Said(pause, 20.0, Heard(1.0, False))]
    prompts = [prompt(11, users=1), prompt(21, users=2), prompt(22, users=3)]
    whole, split = _turns(said, prompts)
    assert (whole.split, whole.llm_requests) == (False, 1)
    assert (split.split, split.llm_requests) == (True, 2)


def test_every_row_has_a_value_for_every_heading() -> None:
    rows = report.rows([cell("defaults", 2.0), cell("shipped", 1.0)], "defaults")
    assert {len(row) for row in rows} == {len(report.HEADINGS)}
    assert rows[1][report.HEADINGS.index("of defaults")] == "0.50"


def test_a_busy_machine_is_told() -> None:
    busy = cell("defaults", 2.0)
    assert report.noise([busy]) is None
    busy.elsewhere.append(1.4)
    assert "1.4 cores" in str(report.noise([busy]))


def prompt(at: float, *, users: int) -> dict[str, Any]:
    return {"at": at, "messages": [{"role": "user", "content": "Hello."}] * users}
