"""Cases of one test, of which `make test` runs the first and `make faults` all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def but_first(cases: Sequence[Any], quick: int = 1) -> list[Any]:
    """Returns the cases for `pytest.mark.parametrize`, all but the first `quick` marked slow."""
    return [case if number < quick else _slow(case) for number, case in enumerate(cases)]


def _slow(case: Any) -> Any:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
