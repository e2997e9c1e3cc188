"""What `make check` and `make test` run, and what they say at their end."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.checks.again import once_more
from scripts.checks.running import Check, Result, run_together
from scripts.cluster import stores
from scripts.problem import say
from scripts.setup.toolchain import Toolchain

BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
"""Files begin in the order of their names: those with agents, and those of a whole session in a
browser, take longest and come first."""
AT_ONCE = ("-n", "3", *BY_FILE)
PATIENT = ("-n", "2", "--dist", "loadfile", "--timeout=300")
"""Tests behind others: what takes a minute alone may take five."""
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Each of some hundred processes would otherwise compile the tests and the product anew."""
WIDE = {"COLUMNS": "200"}
"""pytest cuts the reason of a failure to the width of the screen, and logs have none."""
SLOWEST = 10
PRODUCT_TESTS, PAGE_TESTS = BROWSER_TESTS = ("tests/e2e", "tests/frontend")
WITHOUT_BROWSER = ("-m", "not e2e and not slow")
IN_BROWSERS = ("-m", "e2e and not slow and not timed")
BACKEND_TESTS = "tests/backend"
SERVICE_TESTS = (
    *("tests/fuzz", "tests/scripts", "tests/measuring"),
    *(BACKEND_TESTS, "tests/frontend", "tests/stand_in", "tests/docs", "tests/house"),
)
"""The tests that wait as long as it takes; a folder whose single tests take long comes first."""
SERVER_TESTS = ("tests/limits", "tests/local_ai")
"""The tests of servers that have to answer in time."""
SHARED_STORES = (
    *(f"{BACKEND_TESTS}/{room}" for room in ("agents", "operators", "api", "channels_app")),
    *(
        f"{BACKEND_TESTS}/{room}"
        for room in ("credentials", "overview", "voice_sessions", "wakeups", "webhooks")
    ),
    *(f"{BACKEND_TESTS}/agent_manager/test_{n}.py" for n in ("supervisor", "supervisor_rooms")),
    f"{BACKEND_TESTS}/agent_manager/test_writer.py",
)
"""The tests of record, agents, API and WebSocket, which run on PostgreSQL and Redis too."""
MINUTE = 60


@dataclass(frozen=True)
class Row:
    """A check, and those that run meanwhile: beside it, and behind it at the processor."""

    check: Check
    beside: Sequence[Check] = ()
    behind: Sequence[Check] = ()


@dataclass(frozen=True)
class Plan:
    """The checks of this checkout; `env` is what their commands get."""

    root: Path
    toolchain: Toolchain
    env: Mapping[str, str]

    def run_quick(self) -> int:
        """What needs no browser, no cluster and no second process, all side by side."""
        quick = self._pytest("pytest", ["-m", "not processes and not slow", *AT_ONCE])
        return _run([Row(quick, behind=[*self._style(), *self._page(), self._types()])])

    def run_all(self) -> int:
        """Runs every check, also after one failed, and ends with a line for each.

        Tests that talk and listen mostly wait: those of agents take a quarter of a processor each,
        three at once. One in a browser runs beside them, and then one of the servers that have to
        answer in time. All others take what those leave of the processors, so they disturb nobody,
        and all of it once those have ended.
        """
        with (
            tempfile.TemporaryDirectory(prefix="stores-") as folder,
            stores.running(Path(folder)) as at,
        ):
            given = {f"TESTS_{name}": value for name, value in at.items()}
            return _run(
                [
                    *map(Row, self._style()),
                    Row(
                        self._agents(),
                        beside=self._in_time(),
                        behind=[*self._page(), self._types(), *self._services(given)],
                    ),
                    Row(self._timed()),
                ]
            )

    def _agents(self) -> Check:
        """The tests of agents, and all that no other suite has."""
        elsewhere = [f"--ignore={folder}" for folder in (*SERVER_TESTS, *SERVICE_TESTS)]
        return self._pytest("pytest", [*WITHOUT_BROWSER, *elsewhere, *AT_ONCE])

    def _in_time(self) -> list[Check]:
        """The other tests that a busy machine makes fail."""
        return [
            self._pytest("end to end", [PRODUCT_TESTS, *IN_BROWSERS]),
            self._pytest("servers", [*SERVER_TESTS, *WITHOUT_BROWSER]),
        ]

    def _services(self, given: Mapping[str, str]) -> list[Check]:
        """The tests that disturb nobody; `given` is where PostgreSQL and Redis are."""
        return [
            self._pytest("services", [*SERVICE_TESTS, *WITHOUT_BROWSER, *PATIENT]),
            self._pytest("pages", [PAGE_TESTS, *IN_BROWSERS, *PATIENT]),
            self._pytest("postgres", [*SHARED_STORES, *PATIENT], given),
        ]

    def _timed(self) -> Check:
        """The tests of seconds in a browser, in the files that have one."""
        files = sorted((self.root / "tests").rglob("test_*.py"))
        timed = [str(file) for file in files if "mark.timed" in file.read_text(encoding="utf-8")]
        return self._pytest("timed", [*timed, "-m", "timed"])

    def _style(self) -> list[Check]:
        ruff = [str(self.toolchain.python), "-m", "ruff"]
        return [
            Check("lint", [*ruff, "check", "."], self.root, self.env),
            Check("format", [*ruff, "format", "--check", "."], self.root, self.env),
        ]

    def _types(self) -> Check:
        return Check("types", [str(self.toolchain.python), "-m", "mypy"], self.root, self.env)

    def _page(self) -> list[Check]:
        node = self.toolchain.node()
        assert node is not None, "set-up for the tests always leaves a Node"
        npm, env, page = list(node.npm), node.env(self.env), self.root / "flask_frontend"
        return [
            Check("page types", [*npm, "run", "check"], page, env),
            Check("node", [*npm, "test"], page, env),
        ]

    def _pytest(
        self, name: str, arguments: Sequence[str], given: Mapping[str, str] | None = None
    ) -> Check:
        node = self.toolchain.node()
        env = node.env(self.env) if node else self.env
        command = [str(self.toolchain.python), "-m", "pytest", f"--durations={SLOWEST}"]
        env = {**env, **COMPILED, **WIDE, **(given or {})}
        return Check(name, [*command, *arguments], self.root, env, repeats=True)


def _run(rows: Sequence[Row]) -> int:
    started, before = time.monotonic(), _processor_seconds()
    with tempfile.TemporaryDirectory(prefix="checks-") as folder:
        results = [
            result
            for row in rows
            for result in run_together(row.check, Path(folder), row.beside, row.behind)
        ]
        checks = [check for row in rows for check in (row.check, *row.beside, *row.behind)]
        results = once_more(checks, results, Path(folder))
    _tell_slowest(results)
    _tell_failures("passed alone once more", [each for each in results if each.passed])
    _tell_failures("failed", [each for each in results if not each.passed])
    say("")
    for result in results:
        word = "ok    " if result.passed else "FAILED"
        say(f"{word} {result.name:<10} {result.seconds:6.1f} s  {result.counts}".rstrip())
    failed = [result.name for result in results if not result.passed]
    minutes, seconds = divmod(round(time.monotonic() - started), MINUTE)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "All passed"
    busy = _processor_seconds() - before
    say(f"{verdict} in {minutes} min {seconds} s, {busy:.0f} s of them a processor's.")
    return 1 if failed else 0


def _tell_slowest(results: Sequence[Result]) -> None:
    found = sorted((each for result in results for each in result.slowest), reverse=True)
    if found:
        say(f"\nThe {SLOWEST} slowest tests:")
    for seconds, test in found[:SLOWEST]:
        say(f"{seconds:8.1f} s  {test}")


def _tell_failures(what: str, results: Sequence[Result]) -> None:
    """Names them once more below all output, where whoever reads only its end finds them."""
    found = [failure for result in results for failure in result.failures]
    if found:
        say(f"\nWhat {what}:")
    for failure in found:
        say(failure)


def _processor_seconds() -> float:
    """What all commands that have ended took of a processor; 0 on Windows, which does not tell."""
    times = os.times()
    return times.children_user + times.children_system
