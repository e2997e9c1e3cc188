"""Which tests get a second run: those of real programs, and few."""

from __future__ import annotations

import pytest

pytest_plugins = ("pytester",)
pytestmark = pytest.mark.processes

ALONE = ("-p", "no:django", "-p", "no:asyncio", "-p", "no:xdist")
CONFTEST = """
from support.groups import Groups

def pytest_configure(config):
    config.addinivalue_line("markers", "processes: starts other programs")
    config.pluginmanager.register(Groups())
"""
TESTS = """
import pytest

real = pytest.mark.processes
runs = []

@pytest.fixture(autouse=True)
def first(request):
    runs.append(request.node.name)
    return runs.count(request.node.name) == 1

@real
def test_of_real_programs(first): assert not first
@real
def test_of_real_programs_again(first): assert not first
@real
def test_that_never_works(): assert False
@real
def test_after_too_many(first): assert not first
def test_without_programs(first): assert not first
"""


def test_a_failure_of_real_programs_is_run_once_more_and_told(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_inprocess(*ALONE, "-rR", "--max-suite-reruns=3")
    outcomes = done.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"], outcomes["rerun"]) == (2, 3, 3)
    done.stdout.fnmatch_lines(["RERUN *test_of_real_programs*"])


def test_no_run_repeats_many_failures(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("max_suite_reruns") == 4
