"""`python -m bench`: how long a person waits for a reply, beside the library's defaults.

Writes bench/results/latest.json and latest.md, prints the table, and ends with 1 and a sentence
when the bar is missed. `python -m bench local` measures the voice that needs no key, and
`python -m bench followers` how soon a thousand sockets hear. `python -m bench shown` compares the
wait that the page shows beside each reply with the one on received audio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

import httpx

from tests.support.media_server import media_server
from tests.support.ports import free_port
from tests.support.processes import ROOT, Process

from . import interruption, report
from .followers.command import main as followers
from .local.command import main as local
from .measure import Cell, measure
from .shown import main as shown
from .systems import DEFAULTS, SHIPPED, SYSTEMS, TURN_DETECTOR, System, running
from .usage import run_undisturbed

RESULTS = Path(__file__).parent / "results"
REPLY = "Certainly. I have noted that for you."
PEOPLE = (1, 4)


def main() -> int:
    """Runs every system in turn, as often as asked; 0 when the bar is met."""
    if sys.argv[1:2] == ["local"]:
        return local(sys.argv[2:])
    if sys.argv[1:2] == ["followers"]:
        return followers(sys.argv[2:])
    if sys.argv[1:2] == ["shown"]:
        return shown()
    options = _options()
    if options.undisturbed:
        run_undisturbed()
    rounds, turns = (1, 8) if options.quick else (options.rounds, options.turns)
    names = options.systems.split(",") if options.systems else [s.name for s in SYSTEMS]
    systems = [system for system in (*SYSTEMS, TURN_DETECTOR) if system.name in names]
    cells, stopped = _run(systems, options.people, rounds, -(-turns // rounds))
    print("\n" + report.text_table(cells, DEFAULTS.name))
    print("\n" + report.interruption_line(stopped))
    _store(cells, stopped)
    if warning := report.noise(cells):
        print(warning)
    if not {DEFAULTS.name, SHIPPED.name} <= set(names) or report.BAR_PEOPLE not in options.people:
        print(f"The bar is for {report.BAR_PEOPLE} people, with the defaults beside ours.")
        return 0
    missed = report.misses(cells, DEFAULTS.name, SHIPPED.name) + interruption.misses(stopped)
    print("\n".join(f"The bar is missed: {sentence}" for sentence in missed) or "The bar is met.")
    return 1 if missed else 0


def _run(
    systems: list[System], counts: list[int], rounds: int, turns: int
) -> tuple[list[Cell], list[float]]:
    cells = {(system.name, n): Cell(system.name, n) for system in systems for n in counts}
    openai_port = free_port()
    openai_url = f"http://127.0.0.1:{openai_port}"
    command = [sys.executable, "-m", "fakes.openai_api", "--port", str(openai_port)]
    python_path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    with media_server() as media, Process(command, env=python_path) as openai:
        openai.wait_until_answers(f"{openai_url}/requests")
        httpx.post(f"{openai_url}/script", json={"reply": REPLY}, trust_env=False)
        shared = {"OPENAI_BASE_URL": f"{openai_url}/v1", "OPENAI_API_KEY": "sk-bench"}
        env = media.env | shared | {"PYTHONPATH": str(ROOT)}
        for round_ in range(rounds):
            for system in systems:
                with running(system, env) as started:
                    for people in counts:
                        cell = asyncio.run(measure(system.name, started, people, turns, openai_url))
                        cells[system.name, people].add(cell)
                        _say_progress(round_, cell)
        stopped = _interruptions(env, openai_url) if SHIPPED in systems else []
    return list(cells.values()), stopped


def _interruptions(env: dict[str, str], openai_url: str) -> list[float]:
    httpx.post(f"{openai_url}/script", json={"reply": interruption.LONG_REPLY}, trust_env=False)
    with running(SHIPPED, env) as started:
        return asyncio.run(interruption.interruptions(started))


def _say_progress(round_: int, cell: Cell) -> None:
    line = report.rows([cell], cell.system)[0]
    print(f"round {round_ + 1}: {line[0]}, {line[1]} at once: p50 {line[3]} ms, p95 {line[4]} ms")


def _store(cells: list[Cell], stopped: list[float]) -> None:
    RESULTS.mkdir(exist_ok=True)
    figures = {"cells": report.as_json(cells), "interruptions": stopped}
    (RESULTS / "latest.json").write_text(json.dumps(figures, indent=1))
    table = report.markdown_table(cells, DEFAULTS.name)
    (RESULTS / "latest.md").write_text(f"{table}\n\n{report.interruption_line(stopped)}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: a trial")
    parser.add_argument("--rounds", type=int, default=2, help="how often each system has its turn")
    parser.add_argument("--turns", type=int, default=36, help="lines a cell, all rounds together")
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE, help="how many at once")
    parser.add_argument(
        "--undisturbed", action="store_true", help="run before all other programs (Linux, root)"
    )
    parser.add_argument("--systems", help="only these, separated by commas")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
