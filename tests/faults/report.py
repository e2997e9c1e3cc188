"""What a run found, as lines while it goes on and as a table for docs/reliability.md."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from .run import Outcome

ENOUGH_FOR_P99 = 100
SHOWN = 12
HEAD = (
    "fault",
    "sessions",
    "events stored",
    "lost / twice / out of order",
    "next reply, s: median / max (n)",
    "sockets back, s: max (n)",
    "what people were told",
    "nothing left after, s",
    "verdict",
)


def line(outcome: Outcome) -> str:
    """One fault in one line, and below it what was missed."""
    words = [f"{outcome.number:>3} {outcome.name}: {'passed' if outcome.has_passed else 'FAILED'}"]
    words += [f"{outcome.sessions} sessions, {outcome.findings.stored} events ({_lost(outcome)})"]
    words += [f"next reply {_waits(outcome.waits)} s", f"sockets {_most(outcome.recoveries)} s"]
    words += [f"left {_left(outcome)}", f"took {outcome.seconds:.0f} s"]
    told = [f"      told: {', '.join(outcome.told)}"] if outcome.told else []
    notes = [f"      {note}" for note in _notes(outcome)]
    misses = [f"      missed: {miss}" for miss in _shortened(outcome.misses)]
    return "\n".join(["; ".join(words), *told, *notes, *misses])


def last_line(outcomes: Sequence[Outcome]) -> str:
    """How many passed and how many failed."""
    passed = sum(outcome.has_passed for outcome in outcomes)
    again = [str(outcome.number) for outcome in outcomes if outcome.is_second_try]
    words = [f"At a second try: {', '.join(again)}."] if again else []
    return "\n".join([*words, f"{passed} faults passed, {len(outcomes) - passed} failed"])


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table, and below it what was noted and what was missed."""
    rows = [HEAD, ("---",) * len(HEAD), *(_row(outcome) for outcome in outcomes)]
    table = ["| " + " | ".join(row) + " |" for row in rows]
    remarks = [
        f"- Fault {outcome.number}: {remark}"
        for outcome in outcomes
        for remark in [*_notes(outcome), *(f"missed: {m}" for m in _shortened(outcome.misses))]
    ]
    return "\n".join([*table, "", *remarks, *([""] if remarks else []), last_line(outcomes), ""])


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least that share of the samples does not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def _notes(outcome: Outcome) -> list[str]:
    replies = ", ".join(f"{wait:.1f}" for wait in outcome.waits)
    return [*([f"replies after {replies} s"] if replies else []), *outcome.notes]


def _row(outcome: Outcome) -> tuple[str, ...]:
    return (
        f"{outcome.number} · {outcome.name}",
        str(outcome.sessions),
        str(outcome.findings.stored),
        _lost(outcome),
        _waits(outcome.waits),
        _most(outcome.recoveries),
        ", ".join(outcome.told) or "-",
        _left(outcome),
        "passed" if outcome.has_passed else "**failed**",
    )


def _lost(outcome: Outcome) -> str:
    found = outcome.findings
    return f"{len(found.lost)} / {len(found.duplicated)} / {len(found.disordered)}"


def _waits(waits: Sequence[float]) -> str:
    if not waits:
        return "-"
    words = f"{statistics.median(waits):.1f} / {max(waits):.1f} ({len(waits)})"
    if len(waits) >= ENOUGH_FOR_P99:
        words += f", p99 {percentile(waits, 0.99):.1f}"
    return words


def _most(samples: Sequence[float]) -> str:
    return f"{max(samples):.1f} ({len(samples)})" if samples else "-"


def _left(outcome: Outcome) -> str:
    if outcome.left:
        return f"{len(outcome.left)} left after {outcome.left_seconds:.0f}"
    return f"{outcome.left_seconds:.0f}"


def _shortened(misses: Sequence[str]) -> list[str]:
    more = [f"and {len(misses) - SHOWN} more"] if len(misses) > SHOWN else []
    return [*misses[:SHOWN], *more]
