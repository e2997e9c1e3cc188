"""`python -m faults [numbers]`: does faults to a cluster and tells what came of them."""

from __future__ import annotations

import argparse
import asyncio
import gc
import math
import sys
import time
from pathlib import Path

from scripts.problem import Problem

from . import catalogue, kills, report
from .installation import Installation
from .registry import FAULTS, Fault
from .repeating import late_ones_again
from .run import Outcome, run


def main() -> int:
    """The exit code: 1 when a fault failed."""
    options = _options()
    gc.collect()
    gc.freeze()  # or what is measured would be this process looking through its imports
    if options.kills:
        outcomes = [asyncio.run(kills.run(options.kills, options.keep))]
        print(report.line(outcomes[0]))
    else:
        outcomes = asyncio.run(_all(_wanted(options), options.keep, is_patient=options.ci))
    if options.markdown:
        options.markdown.write_text(report.markdown(outcomes))
    print(report.last_line(outcomes), flush=True)
    return 0 if all(outcome.has_passed for outcome in outcomes) else 1


async def _all(numbers: list[int], keep: Path | None, *, is_patient: bool) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    begun = time.monotonic()
    end = begun + CI_SECONDS if is_patient else math.inf
    with Installation(keep) as installation:
        for fault in catalogue.in_running_order(numbers):
            if time.monotonic() < end:
                outcomes[fault.number] = await _one(installation, fault)
            else:
                late = f"not begun within {CI_SECONDS:g} s"
                outcomes[fault.number] = Outcome(fault.number, fault.name, misses=[late])
        if is_patient:
            await late_ones_again(
                outcomes,
                lambda number: _one(installation, FAULTS[number]),
                lambda: time.monotonic() < end,
            )
    print(f"All of it took {time.monotonic() - begun:.0f} s", flush=True)
    return [outcome for _, outcome in sorted(outcomes.items())]


async def _one(installation: Installation, fault: Fault) -> Outcome:
    try:
        cluster, models = await asyncio.to_thread(
            installation.open, is_fresh=fault.is_fresh, has_limits=fault.has_limits
        )
    except Problem as problem:
        outcome = Outcome(fault.number, fault.name, misses=[f"no cluster: {problem}"])
    else:
        outcome = await run(fault, cluster, models)
    print(report.line(outcome), flush=True)
    return outcome


CI = "those that every change is tried with; two that fail on time alone are done again at the end"
CI_SECONDS = 15 * 60.0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, help="which faults; all when none is given")
    parser.add_argument("--ci", action="store_true", help=CI)
    parser.add_argument("--kills", type=int, metavar="N", help="fault 1, N times in one run")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="writes the table there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leaves the logs there")
    return parser.parse_args()


def _wanted(options: argparse.Namespace) -> list[int]:
    return options.numbers or catalogue.numbers(only_ci=options.ci)


sys.exit(main())
