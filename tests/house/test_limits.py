"""A limit that is missed by a fifth is printed; one that is missed by more fails."""

from __future__ import annotations

import warnings

import pytest
from support.limits import Late, in_time


def test_in_time_says_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert in_time(2.0, 2.0)


def test_a_fifth_late_is_printed() -> None:
    with pytest.warns(Late, match=r"late: 2\.40 s where 2 s are allowed"):
        assert in_time(2.4, 2.0)


def test_later_than_that_fails() -> None:
    assert not in_time(2.41, 2.0)
