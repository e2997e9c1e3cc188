"""Two groups of tests: those that start other programs are marked `processes`, and no others.

`make check` runs the others, which need nothing but the process that they are in. Whoever uses a
fixture that `starts_programs` is marked by that. A test that starts a program without the mark
fails, so that a new one cannot get into the wrong group unnoticed.

A test of real programs that fails beside others may run once more, alone: several share few
processors, and what one misses for that is not always a deadline. `--failed-to` names the file of
those; it is written where all failures are such and no more than MOST_AGAIN.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

MOST_AGAIN = 4
F = TypeVar("F", bound=Callable[..., Any])
MARK = "processes"
STARTS = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.system"}
"""Python's audit events of a program that is started (Library Reference, "Audit events table")."""


def starts_programs(fixture: F) -> F:
    """Says so of a fixture; it goes below `pytest.fixture`."""
    fixture.starts_programs = True  # type: ignore[attr-defined]
    return fixture


class Groups:
    """A plugin of pytest that marks tests and sees whether the marks are right."""

    def __init__(self) -> None:
        platform.uname().processor  # noqa: B018 - asked of a program, once a process; libraries ask
        self._started: list[str] = []
        self._starters: dict[Any, str] = {}
        sys.addaudithook(self._note)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Marks the tests of the browser, and those whose fixtures start programs."""
        for item in items:
            is_known = any(hasattr(each.func, "starts_programs") for each in _fixtures(item))
            if is_known or item.get_closest_marker("e2e"):
                item.add_marker(MARK)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Remembers a fixture that starts a program: whoever uses it needs that program."""
        before = len(self._started)
        try:
            return (yield)
        finally:
            if started := self._started[before:]:
                self._starters[fixturedef] = f"{started[0]}, by the fixture {fixturedef.argname}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        """What was started before was another test's."""
        self._started.clear()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        """Fails a test that is not marked and has started a program."""
        shared = [self._starters[each] for each in _fixtures(item) if each in self._starters]
        started = [*self._started, *shared]
        result = yield  # the last test of a run also ends what others used
        if started and not item.get_closest_marker(MARK):
            pytest.fail(
                f"This test starts {started[0]}, so it needs @pytest.mark.{MARK}, or its fixture "
                "@starts_programs: make check runs only what starts nothing.",
                pytrace=False,
            )
        return result

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in STARTS:
            self._started.append(str(arguments[0]) if arguments else event)


class Failures:
    """A plugin of pytest that names the tests that may run once more, a line for each."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._failed: dict[str, bool] = {}
        """Whether they are of real programs, by name."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed[report.nodeid] = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed[report.nodeid] = MARK in report.keywords

    def pytest_sessionfinish(self) -> None:
        if 0 < len(self._failed) <= MOST_AGAIN and all(self._failed.values()):
            self._file.write_text("\n".join(self._failed), encoding="utf-8")


def _fixtures(item: pytest.Item) -> list[Any]:
    """The definitions of all fixtures that a test uses, also through others."""
    found = getattr(item, "_fixtureinfo", None)
    defined = found.name2fixturedefs.values() if found else ()
    return [each for those in defined for each in those]
