"""What `make test` runs in which of its steps: no test may fall between two of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import ROOT

from scripts.checks.plan import BROWSER_TESTS, WIDE
from scripts.checks.running import BEHIND, Check, run_together

REPORTS = "-rfE"
MAKE = "import pathlib, sys; pathlib.Path(sys.argv[1]).touch()"
AWAIT = """
import pathlib, sys, time
until = time.monotonic() + 20
while not pathlib.Path(sys.argv[1]).exists():
    assert time.monotonic() < until
    time.sleep(0.02)
"""
FAILS = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("no server")

def test_that_never_begins(broken): ...
def test_that_fails(): assert not "some words"
def test_that_passes(): ...
"""
STARTS = """
import os, pathlib
from support.processes import Process
with Process(["sleep", "9"]) as program:
    print(os.getpriority(os.PRIO_PROCESS, program.pid))
    session = pathlib.Path(f"/proc/{program.pid}/autogroup")
    print(session.read_text().split()[-1] if session.exists() else "")
"""


def check(name: str, program: str, path: Path) -> Check:
    return Check(name, [sys.executable, "-c", program, str(path)], path.parent, os.environ)


def test_every_test_in_a_browser_is_where_the_step_end_to_end_looks() -> None:
    folders = [ROOT / folder for folder in BROWSER_TESTS]
    marked = [
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if "mark.e2e" in path.read_text(encoding="utf-8")
    ]
    assert len(marked) > 10
    elsewhere = [path for path in marked if not any(map(path.is_relative_to, folders))]
    assert [str(path) for path in elsewhere if path.name != "test_plan.py"] == []


@pytest.mark.processes
def test_two_rows_of_checks_run_while_another_does(tmp_path: Path) -> None:
    beside, behind = tmp_path / "beside", tmp_path / "behind"
    first = check("first", AWAIT, behind)
    equal = [check("beside", MAKE, beside)]
    patient = [check("behind", AWAIT, beside), check("behind too", MAKE, behind)]
    results = run_together(first, tmp_path, equal, patient)
    assert [each.name for each in results] == [each.name for each in (first, *equal, *patient)]
    assert all(each.passed for each in results)


@pytest.mark.processes
def test_what_is_started_behind_others_is_behind_them_too() -> None:
    """Where the kernel ranks sessions of processes (Linux tells it so), the session is behind."""
    command = ["nice", "-n", BEHIND, sys.executable, "-c", STARTS]
    path = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    told = subprocess.run(command, env=path, cwd=ROOT, capture_output=True, text=True, check=True)
    least = min(19, os.getpriority(os.PRIO_PROCESS, 0) + int(BEHIND))
    assert set(told.stdout.split()) == {str(least)}


@pytest.mark.processes
def test_what_failed_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FAILS)
    bare = ["-p", "no:django", "-c", os.devnull, "--rootdir", str(tmp_path), "-q", REPORTS]
    command = [sys.executable, "-m", "pytest", *bare, "test_it.py"]
    (result,) = run_together(Check("some", command, tmp_path, {**os.environ, **WIDE}), tmp_path)
    assert not result.passed
    assert sorted(result.failures) == [
        "ERROR test_it.py::test_that_never_begins - RuntimeError: no server",
        "FAILED test_it.py::test_that_fails - AssertionError: assert not 'some words'",
    ]


def test_the_reports_of_tests_have_failures(pytestconfig: pytest.Config) -> None:
    assert REPORTS in pytestconfig.getini("addopts")
