"""Which tests get a second run, alone: those of real programs, and few."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from support.groups import MOST_AGAIN
from support.processes import ROOT

from scripts.checks.again import once_more
from scripts.checks.running import Check, Result, run_together

pytestmark = pytest.mark.processes

CONFTEST = """
from pathlib import Path
from support.groups import Failures, Groups

def pytest_addoption(parser):
    parser.addoption("--failed-to")

def pytest_configure(config):
    config.addinivalue_line("markers", "processes: starts other programs")
    config.pluginmanager.register(Groups())
    file = config.getoption("--failed-to")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(Path(file)))
"""
TESTS = """
import pathlib, pytest

def is_first(name):
    seen = pathlib.Path(__file__).with_name(name.replace(" ", "-"))
    try:
        return not seen.exists()
    finally:
        seen.touch()

@pytest.fixture
def late(request): assert not is_first(request.node.name + " late")
def test_that_passes(): ...
"""
LATE = """
@pytest.mark.processes
@pytest.mark.parametrize("{name}", ["some words", "others"])
def test_{name}({name}): assert {name} == "others" or not is_first("{name}")
"""
BROKEN = """
@pytest.mark.processes
def test_that_never_works(): assert False
"""
UNREAL = """
def test_without_programs(): assert not is_first("unreal")
"""
UNREADY = """
@pytest.mark.processes
def test_with_a_fixture(late): ...
"""


def run(folder: Path, tests: str, *arguments: str) -> Result:
    """How the tests went, after a second run where there was one."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(TESTS + tests)
    command = [sys.executable, "-m", "pytest", *arguments, "test_it.py"]
    env = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        "PYTEST_ADDOPTS": f"-p no:django -c {os.devnull} --rootdir {folder} -q -rfE",
        "COLUMNS": "200",
    }
    check = Check("some", command, folder, env, repeats=True)
    (result,) = once_more([check], run_together(check, folder), folder)
    return result


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "two"])
def test_what_fails_beside_others_may_pass_alone(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(tmp_path, LATE.format(name="late_one") + UNREADY, *arguments)
    assert result.passed
    assert "1 failed, 2 passed, 1 error" in result.counts and "alone: 2 passed" in result.counts
    assert [failure.split(" - ")[0] for failure in sorted(result.failures)] == [
        "ERROR test_it.py::test_with_a_fixture",
        "FAILED test_it.py::test_late_one[some words]",
    ]


@pytest.mark.parametrize(
    ("tests", "alone"),
    [
        (BROKEN, "1 failed"),
        (LATE.format(name="late_one") + UNREAL, ""),
        ("".join(LATE.format(name=f"late_{n}") for n in range(MOST_AGAIN + 1)), ""),
        ("import nothing_of_this_name", ""),
    ],
    ids=["it fails again", "one of no programs", "too many", "no tests"],
)
def test_other_failures_stand(tmp_path: Path, tests: str, alone: str) -> None:
    result = run(tmp_path, tests)
    assert not result.passed
    assert alone in result.counts.partition("alone: ")[2]
    assert bool(alone) == ("alone" in result.counts)


def test_as_many_as_may_be_late_run_once_more(tmp_path: Path) -> None:
    tests = "".join(LATE.format(name=f"late_{n}") for n in range(MOST_AGAIN))
    assert run(tmp_path, tests).passed
