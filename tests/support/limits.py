"""Limits of time on a machine that others use too: what is late is measured and printed.

`make faults` runs one thing at a time, so there a limit may be missed by a fifth. `make test` keeps
every processor busy with other tests, and takes up to three times as long now and then; it finds
what hangs, and `bench/` compares speeds. What may be late may not be wrong: nothing is lost or
comes twice.
"""

from __future__ import annotations

import os
import warnings

LENIENCY = 1.2
"""By how much a limit may be missed where nothing else runs."""
SHARED = 2.0
"""How often a limit may pass beside other tests,"""
HICCUP = 1.0
"""where each of them may also stand still for so many seconds,"""
STARVED = 30.0
"""and those behind the others, which have a niceness (scripts/checks), for so many."""
WAY_SECONDS = 1.0
"""By how much later than the agent a person may hear or be heard: jitter buffers grow."""
EARLY_SECONDS = 0.4
"""By how much earlier one may seem to, as both sides look at whole pieces of sound."""


class Late(UserWarning):
    """Something took longer than it should; pytest prints it in its summary."""


def is_nearly_in_time(seconds: float, limit: float) -> bool:
    """Whether it took at most a fifth longer than the limit.

    For where nothing else runs, and where a longer time would be another behaviour.
    """
    return seconds <= limit * LENIENCY


def in_time(seconds: float, limit: float) -> bool:
    """Whether it took no longer than other tests explain; what is late though is printed."""
    stands_still = STARVED if os.nice(0) > 0 else HICCUP
    if (late := seconds > limit) and seconds <= SHARED * limit + stands_still:
        warnings.warn(f"late: {seconds:.2f} s where {limit:g} s are allowed", Late, stacklevel=2)
        return True
    return not late


def is_as_heard(told: float, heard: float) -> bool:
    """Whether what an agent counted is what a person heard, both in seconds."""
    return -EARLY_SECONDS <= heard - told <= WAY_SECONDS
