"""Which tests get a second run: those of real programs that missed a deadline, and no others."""

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
from livekit.rtc import ConnectError
from support.waiting import until

real = pytest.mark.processes
runs = []

@pytest.fixture(autouse=True)
def first(request):
    runs.append(request.node.name)
    return runs.count(request.node.name) == 1

@real
def test_missed_a_deadline(first): until(lambda: not first, seconds=0.01)
@real
def test_got_no_connection(first):
    if first: raise ConnectError("timed out")
@real
def test_misses_every_deadline(): until(lambda: False, seconds=0.01)
@real
def test_was_answered_wrongly(first): assert not first
def test_late_without_programs(first): until(lambda: not first, seconds=0.01)
"""


def test_a_missed_deadline_of_real_programs_is_run_once_more_and_told(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_inprocess(*ALONE, "-rR")
    outcomes = done.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"], outcomes["rerun"]) == (2, 3, 3)
    done.stdout.fnmatch_lines(["RERUN *test_missed_a_deadline*"])
