"""Commands that check something, one after the other or side by side, and how they went."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.problem import Interrupted, say
from scripts.run.processes import Child

COUNTS = re.compile(
    r"^(?:=* ?(?=.*\d+ (?:passed|failed|errors?|skipped))[\w, ]*in [\d.:hms() ]+s?.*"
    r"|(?:#|\S) (?:tests|pass|fail) \d+)\s*$"
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
FAILURE = re.compile(r"(?:FAILED|ERROR) \S+\.py\b.* - .+")
DURATION = re.compile(r"([\d.]+)s (call|setup|teardown) +(\S.*)")
INTERRUPT_GRACE = 15.0
BEHIND = "10"
"""The niceness of what takes only what others leave of the processors."""


@dataclass(frozen=True)
class Check:
    """One command of `make check` or `make test`.

    One that `repeats` is pytest's, and names those of its tests that failed and may run once more.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    repeats: bool = False

    def failed_to(self, folder: Path) -> Path:
        """Where it names them; there is no such file where none may."""
        return folder / f"{self.name}.failed"

    def command_in(self, folder: Path) -> list[str]:
        """What is run, with a folder for what it leaves."""
        naming = [f"--failed-to={self.failed_to(folder)}"] if self.repeats else []
        return [*self.command, *naming]


@dataclass(frozen=True)
class Result:
    """How one check went.

    `counts` are its own words about how many tests there were, `failures` a line for each that
    failed, also where it passed once more, `slowest` the seconds and names of those that it says
    took longest.
    """

    name: str
    passed: bool
    seconds: float
    counts: str = ""
    failures: Sequence[str] = ()
    slowest: Sequence[tuple[float, str]] = ()


class Beside:
    """Checks that run one after the other beside another, or `behind` it at the processor."""

    def __init__(self, checks: Sequence[Check], folder: Path, *, behind: bool = False) -> None:
        self._checks, self._folder, self._is_behind = checks, folder, behind
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._is_over = False
        self._executor = ThreadPoolExecutor(1)
        self._results = self._executor.submit(self._run_all)

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._is_over = True
            if self._child is not None:
                self._child.kill()
        self._executor.shutdown()

    def results(self) -> list[Result]:
        """How they went, once all have ended; what they printed is printed now."""
        results = self._results.result()
        for check in self._checks:
            say(f"\n== {check.name}\n{self._log(check).read_text(errors='replace')}")
        return results

    def _log(self, check: Check) -> Path:
        return self._folder / f"{check.name}.txt"

    def _run_all(self) -> list[Result]:
        return [self._run(check) for check in self._checks]

    def _run(self, check: Check) -> Result:
        first = ["nice", "-n", BEHIND] if self._is_behind and shutil.which("nice") else []
        log, started = self._log(check), time.monotonic()
        with self._lock:
            if self._is_over:
                return Result(check.name, False, 0.0)
            child = Child([*first, *check.command_in(self._folder)], check.cwd, check.env, log=log)
            self._child = child
        if self._is_behind:
            put_behind(child.pid)
        child.wait()
        child.kill()
        lines = log.read_text(errors="replace").splitlines()
        return _result(check, child.exit_code() == 0, started, lines)


def put_behind(pid: int, niceness: str = BEHIND) -> None:
    """Does what niceness does where the kernel shares processors between sessions of processes.

    There a niceness counts only within its session, and each command has one of its own (sched(7),
    "The autogroup feature").
    """
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(niceness)


def foreground(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> tuple[int, list[str]]:
    """Runs a command, passing its output on; returns its exit code and all its lines."""
    child = Child(command, cwd, env)
    output = bytearray()
    try:
        while chunk := os.read(child.output.fileno(), 65536):
            output += chunk
            sys.stdout.write(chunk.decode(errors="replace"))
            sys.stdout.flush()
        child.wait()
    except Interrupted:
        child.stop(INTERRUPT_GRACE, interrupt=True)
        raise
    child.kill()
    return child.exit_code() or 0, output.decode(errors="replace").splitlines()


def run_together(
    check: Check, folder: Path, beside: Sequence[Check] = (), behind: Sequence[Check] = ()
) -> list[Result]:
    """Runs a check with its output, and two rows of others meanwhile; how all of them went."""
    with Beside(beside, folder) as equal, Beside(behind, folder, behind=True) as patient:
        return [_run(check, folder), *equal.results(), *patient.results()]


def _run(check: Check, folder: Path) -> Result:
    say(f"\n== {check.name}")
    started = time.monotonic()
    code, lines = foreground(check.command_in(folder), check.cwd, check.env)
    return _result(check, code == 0, started, lines)


def _result(check: Check, passed: bool, started: float, lines: Sequence[str]) -> Result:
    plain = [COLOURS.sub("", line).strip() for line in lines]
    counts = ", ".join(line.strip("= ") for line in plain if COUNTS.match(line))
    found = [match for line in plain if (match := DURATION.fullmatch(line))]
    slowest = [(float(m[1]), m[3] if m[2] == "call" else f"{m[3]} ({m[2]})") for m in found]
    failures = [line for line in plain if FAILURE.fullmatch(line)]
    return Result(check.name, passed, time.monotonic() - started, counts, failures, slowest)
