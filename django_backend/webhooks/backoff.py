"""When a message that did not arrive is tried again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 5.0
GROWS = 3.0
LONGEST_PAUSE = 4 * 3600.0
SPREAD = 0.2
LONGEST_ASKED = 3600.0
"""The longest pause that a receiver may ask for."""


def pause(attempts: int, asked: float = 0.0) -> float:
    """Returns for how many seconds nothing is sent after so many attempts.

    It is 5 s after the first and three times as long after each further one, 4 h at most, a fifth
    more or less by chance; and no shorter than the receiver asked for.
    """
    usual = min(LONGEST_PAUSE, FIRST_PAUSE * GROWS ** min(attempts - 1, 20))
    return max(usual * random.uniform(1 - SPREAD, 1 + SPREAD), min(asked, LONGEST_ASKED))


def asked_pause(retry_after: str) -> float:
    """Returns the seconds of a Retry-After header, which are a number or a date; 0 for neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    if until.tzinfo is None:
        return 0.0
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
