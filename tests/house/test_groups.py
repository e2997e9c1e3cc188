"""A test that starts a program has to say so, or it fails."""

from __future__ import annotations

import pytest

pytest_plugins = ("pytester",)
pytestmark = pytest.mark.processes

ALONE = ("-p", "no:django", "-p", "no:asyncio", "-p", "no:xdist")
CONFTEST = """
import subprocess, sys
import pytest
from support.groups import Groups, starts_programs

def pytest_configure(config):
    config.pluginmanager.register(Groups())

def start():
    subprocess.run([sys.executable, "-c", ""], check=True)

@pytest.fixture(scope="session")
@starts_programs
def known():
    start()

@pytest.fixture(scope="session")
def unknown():
    start()
"""
TESTS = """
import subprocess, sys
import pytest

def start():
    subprocess.run([sys.executable, "-c", ""], check=True)

def test_quiet(): pass
def test_bare(): start()
@pytest.mark.processes
def test_marked(): start()
def test_with_known(known): pass
@pytest.mark.processes
def test_first_with_unknown(unknown): pass
def test_next_with_unknown(unknown): pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    return pytester


def test_one_that_starts_a_program_unmarked_fails_also_through_a_shared_fixture(
    suite: pytest.Pytester,
) -> None:
    done = suite.runpytest_inprocess(*ALONE)
    done.assert_outcomes(passed=6, errors=2)
    done.stdout.fnmatch_lines_random(["ERROR*test_bare*", "ERROR*test_next_with_unknown*"])


def test_the_quick_group_starts_nothing(suite: pytest.Pytester) -> None:
    done = suite.runpytest_inprocess(*ALONE, "-m", "not processes", "-k", "quiet or known")
    done.assert_outcomes(passed=2, deselected=4, errors=1)
