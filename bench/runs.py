"""Runs systems in turn, beside a media server and the stand-in for the services."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.support.media_server import media_server
from tests.support.ports import free_port
from tests.support.processes import ROOT, Process

from . import interruption, report
from .measure import REPLY, Cell, measure
from .systems import System, running

INTERIM_SECONDS = 0.1
START_SECONDS = 60.0


@dataclass(frozen=True)
class Services:
    """What every system needs: the stand-in's address, and the variables that name all of it."""

    openai_url: str
    env: Mapping[str, str]

    def reply_with(self, text: str) -> None:
        """From now on that is every reply; words are heard while somebody speaks."""
        script = {"reply": text, "delays": {"stt_interim": INTERIM_SECONDS}}
        httpx.post(f"{self.openai_url}/script", json=script, trust_env=False).raise_for_status()


@contextmanager
def services() -> Iterator[Services]:
    """Runs the media server and the stand-in for the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fakes.openai_api", "--port", str(port)]
    python_path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    with media_server() as media, Process(command, env=python_path) as openai:
        openai.wait_until_answers(f"{url}/requests", seconds=START_SECONDS)
        shared = {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "sk-bench"}
        yield Services(url, {**media.env, **shared, "PYTHONPATH": str(ROOT)})


def cells(
    around: Services, systems: Sequence[System], lines: Mapping[int, int], rounds: int = 1
) -> list[Cell]:
    """Every system with every number of people in `lines`, which says how many lines they say."""
    found = {
        (system.name, people): Cell(system.name, people) for system in systems for people in lines
    }
    around.reply_with(REPLY)
    for _ in range(rounds):
        for system in systems:
            with running(system, around.env) as started:
                for people, count in lines.items():
                    each = -(-count // rounds)
                    cell = asyncio.run(
                        measure(system.name, started, people, each, around.openai_url)
                    )
                    found[system.name, people].add(cell)
                    _say_progress(cell)
    return list(found.values())


def interruptions(around: Services, system: System) -> list[float]:
    """Seconds from a person's first sound to the voice's last one, ten times."""
    around.reply_with(interruption.LONG_REPLY)
    with running(system, around.env) as started:
        return asyncio.run(interruption.interruptions(started))


def _say_progress(cell: Cell) -> None:
    row = dict(zip(report.HEADINGS, report.rows([cell])[0], strict=True))
    waits = f"p50 {row['p50 ms']} ms, p95 {row['p95 ms']} ms"
    print(f"{row['system']}, {cell.people} at once: {waits}", flush=True)
