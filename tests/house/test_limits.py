"""What takes long beside other tests is printed; what hangs fails."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path

import pytest
from support.limits import Late, in_time, is_as_heard, is_nearly_in_time

TESTS = Path(__file__).parents[1]
CLOCK = r"(?<!thread_)(?:monotonic|perf_counter|time|now)\(\)"
BOUNDED = re.compile(rf"^ *assert [^#\n]*{CLOCK} - \w+ <", re.M)
"""An assertion that a clock is below a number, by itself."""


def test_in_time_says_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert in_time(2.0, 2.0)


@pytest.fixture(params=[0, 10], ids=["beside others", "behind others"])
def niceness(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The rank of a test at the processors."""
    monkeypatch.setattr(os, "nice", lambda _more: request.param)
    return int(request.param)


def test_what_is_late_beside_others_is_printed(niceness: int) -> None:
    with pytest.warns(Late, match=r"late: 5\.00 s where 2 s are allowed"):
        assert in_time(5.0, 2.0)


def test_what_hangs_fails(niceness: int) -> None:
    assert not in_time(34.01 if niceness else 5.01, 2.0)


@pytest.mark.filterwarnings("ignore::support.limits.Late")
def test_who_is_behind_others_may_stand_still_for_longer(niceness: int) -> None:
    assert in_time(20.0, 2.0) is bool(niceness)


def test_a_fifth_is_allowed_where_nothing_else_runs() -> None:
    assert is_nearly_in_time(2.4, 2.0) and not is_nearly_in_time(2.41, 2.0)


def test_a_person_hears_later_than_an_agent_speaks() -> None:
    assert is_as_heard(3.0, 3.9) and is_as_heard(3.0, 2.8)
    assert not is_as_heard(3.0, 4.1) and not is_as_heard(3.0, 2.5)


def test_every_clock_has_a_limit_that_a_busy_machine_keeps() -> None:
    bare = {path.name: BOUNDED.findall(path.read_text()) for path in TESTS.rglob("test_*.py")}
    assert {name: found for name, found in bare.items() if found} == {}
