"""A second run, alone, of the few tests that failed while others kept the machine busy."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from scripts.checks.running import Check, Result, run_together


def alone(check: Check, folder: Path) -> Check | None:
    """The same check of only what may run once more; None where that is nothing."""
    named = check.failed_to(folder)
    if not named.exists():
        return None
    runner = check.command[: check.command.index("pytest") + 1]
    return Check(f"{check.name} once more", [*runner, f"@{named}"], check.cwd, check.env)


def once_more(checks: Sequence[Check], results: Sequence[Result], folder: Path) -> list[Result]:
    """The results, with those made good that failed and then passed alone."""
    by_name = {check.name: check for check in checks}
    return [
        result if result.passed else _once_more(by_name[result.name], result, folder)
        for result in results
    ]


def _once_more(check: Check, result: Result, folder: Path) -> Result:
    again = alone(check, folder)
    if again is None:
        return result
    (second,) = run_together(again, folder)
    return dataclasses.replace(
        result,
        passed=second.passed,
        seconds=result.seconds + second.seconds,
        counts=f"{result.counts}; alone: {second.counts}",
    )
