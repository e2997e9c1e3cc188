"""`python -m bench followers`: how long an event takes to a thousand sockets.

Writes bench/results/followers.md, prints the table, and ends with 1 when the bar is missed: 99 of
100 sockets have an event within 200 ms of its time in the record.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import ROOT

from . import history
from .server import Followed, followed
from .sockets import Socket, opened, until_all

RESULTS = ROOT / "bench" / "results" / "followers.md"
SHAPES = ((2, 500), (100, 10), (1000, 1))
"""How many sessions, and how many sockets on each."""
ROUNDS = 5
PAUSE = 2.0
"""Seconds between two rounds: whoever was told nothing has looked into the record by then."""
BAR_MS = 200.0
HEAD = (
    "| checkout | sessions x sockets | event p50 ms | p99 | session_ended p50 ms | p99 | slowest "
    "| event p99 since all were asked for | session_ended p99 |"
)


@dataclass(frozen=True)
class Cell:
    """What one shape took in one checkout; delays in seconds.

    Those of `told` and `ended` are from an event's time in the record, those of the `whole` from
    when the writing of all of them was begun, which ends with the last one's.
    """

    checkout: str
    shape: tuple[int, int]
    told: list[float]
    ended: list[float]
    whole: tuple[list[float], list[float]]

    def row(self) -> str:
        """Returns a row of the table."""
        figures = [percentile(each, p) for each in (self.told, self.ended) for p in (50, 99)]
        figures.append(max(*self.told, *self.ended) * 1000)
        figures += [percentile(each, 99) for each in self.whole]
        shown = " | ".join(f"{figure:.0f}" for figure in figures)
        return f"| {self.checkout} | {self.shape[0]} x {self.shape[1]} | {shown} |"

    def meets_bar(self) -> bool:
        """Returns whether both kinds came in time."""
        return all(percentile(each, 99) <= BAR_MS for each in (self.told, self.ended))


def percentile(seconds: list[float], percent: int) -> float:
    """Returns that percentile in milliseconds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


def main(arguments: list[str]) -> int:
    """Measures every shape; 0 when the bar is met."""
    options = _options(arguments)
    if options.what == "history":
        return history.main(has_stores=options.stores)
    checkouts = [ROOT, *options.beside]
    names = ["this one", *(f"beside {n}" for n in range(1, len(checkouts)))]
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    ours: list[Cell] = []
    for shape in [each for each in SHAPES if options.sessions in (None, each[0])]:
        for name, checkout in zip(names, checkouts, strict=True):
            cell = asyncio.run(_measure(name, checkout.resolve(), shape, options))
            ours += [cell] if checkout is ROOT else []
            lines.append(cell.row())
            print(lines[-1], flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(["", *lines]))
    is_met = all(cell.meets_bar() for cell in ours)
    print("The bar is met." if is_met else f"The bar is missed: p99 over {BAR_MS:.0f} ms.")
    return 0 if is_met else 1


async def _measure(
    name: str, checkout: Path, shape: tuple[int, int], options: argparse.Namespace
) -> Cell:
    async with followed(checkout, has_stores=options.stores) as server:
        started = await server.ask(sessions=shape[0])
        sockets = await opened(server.port, started["ids"], shape[1], started["token"])
        asked = await _tell(server, started["ids"], options.rounds)
        last = max(asked) + 1
        asked[last] = (await server.ask(end=started["ids"]))["asked"]
        await asyncio.sleep(PAUSE)  # whoever looks into messages meanwhile takes them late
        await until_all(sockets, "session_ended")
        _check(sockets, last)
        times = [pair for socket in sockets for pair in socket.times().items()]
        for socket in sockets:
            socket.close()
    delays = [(seq == last, came - at, came - asked[seq]) for seq, (at, came) in times if seq > 1]
    told, ended = ([each[1:] for each in delays if each[0] == is_end] for is_end in (False, True))
    whole = [since for _, since in told], [since for _, since in ended]
    return Cell(name, shape, [delay for delay, _ in told], [delay for delay, _ in ended], whole)


async def _tell(server: Followed, ids: list[str], rounds: int) -> dict[int, float]:
    """Stores one event a round in each session; returns when, by the event's number."""
    asked = {}
    for number in range(2, rounds + 2):
        asked[number] = (await server.ask(tell=ids))["asked"]
        await asyncio.sleep(PAUSE)
    return asked


def _check(sockets: list[Socket], last: int) -> None:
    for socket in sockets:
        if socket.seqs != list(range(1, last + 1)):
            raise AssertionError(f"A socket got the events {socket.seqs} of {last}.")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench followers", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["history"], help="pages of History instead")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="events in each session")
    parser.add_argument(
        "--sessions", type=int, choices=[shape[0] for shape in SHAPES], help="only this shape"
    )
    parser.add_argument(
        "--stores", action="store_true", help="on PostgreSQL and Redis instead of SQLite"
    )
    parser.add_argument(
        "--beside", type=Path, nargs="*", default=[], help="other checkouts, measured in turn"
    )
    return parser.parse_args(arguments)
