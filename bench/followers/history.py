"""`python -m bench followers history`: how long the record takes for a page of History.

One visitor has 100,000 sessions with three lines in each, on SQLite or (`--stores`) PostgreSQL.
Each page is read twenty times: the newest, the one behind the newest half, and those of searches
for words that all sessions have, one in a hundred, or none.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from scripts.cluster import stores
from tests.support.backend import empty_record, environment

SESSIONS = 100_000
TIMES = 20
PAGE = 20
BAR_MS = 50.0
Page = tuple[list[Any], Any]


def main(*, has_stores: bool = False) -> int:
    """Prints a row for each page in milliseconds; returns 1 if one took more than the bar."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        shutil.copy(empty_record(), folder)
        os.environ.update(environment(Path(folder)), DJANGO_SETTINGS_MODULE="config.settings")
        if has_stores:
            os.environ.update(stack.enter_context(stores.running(Path(folder))))
        return _measure()


def _measure() -> int:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.fakes.long_history import pages  # needs Django's settings

    call_command("migrate", verbosity=0)
    slowest = 0.0
    print("| page | p50 ms | slowest ms |\n|---|---|---|")
    for name, read in pages(SESSIONS).items():
        if len(read()[0]) != (0 if "none" in name or "never" in name else PAGE):
            raise AssertionError(f"The page {name} has another number of sessions.")
        taken = [_milliseconds(read) for _ in range(TIMES)]
        slowest = max(slowest, statistics.median(taken))
        print(f"| {name} | {statistics.median(taken):.1f} | {max(taken):.1f} |", flush=True)
    connection.close()
    print("The bar is met." if slowest <= BAR_MS else f"The bar is missed: p50 over {BAR_MS} ms.")
    return 0 if slowest <= BAR_MS else 1


def _milliseconds(read: Callable[[], Page]) -> float:
    begun = time.perf_counter()
    read()
    return (time.perf_counter() - begun) * 1000
