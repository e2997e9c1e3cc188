"""Pipecat in an environment of its own, made from the lock beside this file on request."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.problem import Problem
from scripts.setup.steps import Runner, Step

LOCK = Path(__file__).parent / "requirements.txt"
AGAIN = "make bench ARGS=--peers"
TITLE = "Pipecat for the bench"


class Missing(Exception):
    """Pipecat cannot be had here; the words are one sentence that says why."""


def install(folder: Path) -> Path:
    """Returns the Python of an environment in `folder` that has what is locked.

    One that was made from the same lock is kept. Raises Missing, after the last lines of what went
    wrong were printed.
    """
    step = _step(folder)
    try:
        Runner(folder.parent, AGAIN).run([[step]])
    except Problem as problem:
        print("\n".join(f"    {line}" for line in problem.last_lines))
        reason = problem.sentences.partition(". ")[0].partition(";")[0].removesuffix(".")
        raise Missing(f"{reason}, so it is not measured.") from problem
    return step.outputs[0]


def _step(folder: Path) -> Step:
    name = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    python = folder / name

    def make(runner: Runner) -> None:
        runner.call(TITLE, [sys.executable, "-m", "venv", "--clear", str(folder)])
        quiet = ["--no-input", "--progress-bar", "off", "--disable-pip-version-check"]
        pip = [str(python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(LOCK)]
        runner.call(TITLE, pip)

    inputs: list[Path | str] = [LOCK, sys.version]
    return Step(TITLE, "30-90 s", make, folder / "peers.stamp", inputs, [python], disk_mb=800)
