"""`python -m bench`: how long a person waits for a reply, beside the library's defaults.

Writes bench/results/latest.json and, when everything was measured, the tables of docs/bench.md;
ends with 1 and a sentence for each bar that is missed. `python -m bench local` measures the voice
that needs no key, `python -m bench followers` how soon a thousand sockets hear, and
`python -m bench shown` compares the wait that the page shows with the one on received audio.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import bars, interruption, report, runs
from .conditions import run as conditions
from .figures import page
from .followers.command import main as followers
from .local.command import main as local
from .measure import Cell
from .peers.rows import peers
from .shown import main as shown
from .systems import SHIPPED, SHIPPED_BATCH, SYSTEMS, System, named
from .usage import run_undisturbed

RESULTS = Path(__file__).parent / "results"
LINES = {1: 12, 4: 48, 8: 48}
QUICK_LINES = {1: 3, 4: 12, 8: 8}
"""How many lines so many people say together."""
NOTHING_MISSED = "No bar that was measured is missed."


@dataclass
class Found:
    """Everything that this run measured."""

    cells: list[Cell] = field(default_factory=list)
    conditions: list[Cell] = field(default_factory=list)
    interruptions: list[float] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def main() -> int:
    """Runs every system in turn; 0 when the bars are met."""
    if sys.argv[1:2] == ["local"]:
        return local(sys.argv[2:])
    if sys.argv[1:2] == ["followers"]:
        return followers(sys.argv[2:])
    if sys.argv[1:2] == ["shown"]:
        return shown()
    options = _options()
    systems = _systems(options)
    if options.undisturbed:
        run_undisturbed()
    found = _measured(systems, _lines(options), options)
    missed = bars.misses(found.cells, [SHIPPED.name, SHIPPED_BATCH.name])
    if found.interruptions:
        missed += interruption.misses(found.interruptions)
    said = [f"The bar is missed: {sentence}" for sentence in missed] or [NOTHING_MISSED]
    _show(found, said)
    _store(found)
    if _is_whole(options):
        page.write(_texts(found, said), found.cells)
    return 1 if missed else 0


def _systems(options: argparse.Namespace) -> list[System]:
    """Returns what to measure. A peer is one more System that answers as the backend does."""
    others = peers() if options.peers else []
    names = options.systems or ",".join(system.name for system in (*SYSTEMS, *others))
    return named(names, others)


def _lines(options: argparse.Namespace) -> dict[int, int]:
    usual = QUICK_LINES if options.quick else LINES
    return {people: options.turns or usual.get(people, 8 * people) for people in options.people}


def _measured(
    systems: list[System], lines: Mapping[int, int], options: argparse.Namespace
) -> Found:
    found = Found()
    with runs.services() as around:
        found.cells = runs.cells(around, systems, lines, options.rounds)
        if SHIPPED in systems and not options.quick:
            found.interruptions = runs.interruptions(around, SHIPPED)
    for name in () if options.quick else options.conditions:
        cells, missing = conditions.measure(name, options.turns)
        found.conditions += cells
        found.missing += missing
    return found


def _show(found: Found, said: list[str]) -> None:
    rows = report.rows([*found.cells, *found.conditions])
    print("\n" + report.text_table(report.HEADINGS, rows))
    print("\n" + report.text_table(report.kind_headings(), report.kind_rows(found.cells)))
    print("\n" + report.interruption_line(found.interruptions))
    print("\n".join([*_remarks(found), *said]))


def _texts(found: Found, said: list[str]) -> dict[str, str]:
    command = f"make bench ARGS={shlex.quote(shlex.join(sys.argv[1:]))}"
    command = command if sys.argv[1:] else "make bench"
    said = [*_remarks(found), *said]
    return page.texts(found.cells, found.conditions, found.interruptions, said, command)


def _remarks(found: Found) -> list[str]:
    noise = report.noise([*found.cells, *found.conditions])
    return [*found.missing, *([noise] if noise else [])]


def _store(found: Found) -> None:
    RESULTS.mkdir(exist_ok=True)
    figures = {
        "cells": report.as_json(found.cells),
        "conditions": report.as_json(found.conditions),
        "interruptions": found.interruptions,
    }
    (RESULTS / "latest.json").write_text(json.dumps(figures, indent=1))
    if drawn := page.drawing(found.cells):
        (RESULTS / "turn.svg").write_text(drawn, encoding="utf-8")


def _is_whole(options: argparse.Namespace) -> bool:
    """Whether everything that docs/bench.md tells was measured, and may be written there."""
    is_all = not options.systems and set(LINES) <= set(options.people) and options.turns is None
    is_all = is_all and set(options.conditions) == set(conditions.NAMES)
    return is_all and not options.quick and not options.keep_page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few lines: a trial of four minutes")
    parser.add_argument("--rounds", type=int, default=1, help="how often each system has its turn")
    parser.add_argument("--turns", type=int, help="lines a cell, of all people together")
    parser.add_argument("--people", type=int, nargs="+", default=list(LINES), help="how many")
    parser.add_argument(
        "--conditions",
        nargs="*",
        choices=conditions.NAMES,
        default=conditions.NAMES,
        help="what else to measure, all of them by default",
    )
    parser.add_argument(
        "--undisturbed", action="store_true", help="run before all other programs (Linux, root)"
    )
    parser.add_argument("--keep-page", action="store_true", help="leave docs/bench.md alone")
    parser.add_argument(
        "--peers", action="store_true", help="other projects' agents too: installs Pipecat"
    )
    parser.add_argument("--systems", help="only these, separated by commas")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
