"""Limits of time: what a shared machine misses by a fifth is measured and printed, not failed."""

from __future__ import annotations

import warnings

LENIENCY = 1.2
"""By how much a limit may be missed. It is for time alone: nothing may be lost or come twice."""


class Late(UserWarning):
    """Something took a little longer than it should; pytest prints it in its summary."""


def is_nearly_in_time(seconds: float, limit: float) -> bool:
    """Whether it took at most a fifth longer than the limit."""
    return seconds <= limit * LENIENCY


def in_time(seconds: float, limit: float) -> bool:
    """The same, and what is late though is printed."""
    if limit < seconds <= limit * LENIENCY:
        warnings.warn(f"late: {seconds:.2f} s where {limit:g} s are allowed", Late, stacklevel=2)
    return is_nearly_in_time(seconds, limit)
