"""`python -m faults [numbers]`: does faults to a cluster and tells what came of them."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from pathlib import Path

from . import catalogue, kills, report
from .house import House
from .registry import Fault
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
    outcomes = []
    with House(keep) as house:
        for fault in catalogue.in_running_order(numbers):
            outcome = await _one(house, fault)
            if is_patient and outcome.was_only_late:
                print("      it failed on time alone: once more", flush=True)
                outcome = await _one(house, fault)
            outcomes.append(outcome)
    return sorted(outcomes, key=lambda outcome: outcome.number)


async def _one(house: House, fault: Fault) -> Outcome:
    cluster, models = await asyncio.to_thread(house.open)
    outcome = await run(fault, cluster, models)
    print(report.line(outcome), flush=True)
    return outcome


CI = "those that every change is tried with; what fails on time alone is done twice"


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
