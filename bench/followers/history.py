"""`python -m bench followers history`: how long the record takes for a page of History.

One visitor has 100,000 sessions, on SQLite. The page is read twenty times: the newest, the one
behind the newest half, those whose title has a word that one in a hundred has, and those with a
word that none has.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from tests.support.backend import empty_record, environment

SESSIONS = 100_000
TIMES = 20
PAGE = 20
Page = tuple[list[Any], Any]


def main() -> int:
    """Prints a row for each page; milliseconds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        shutil.copy(empty_record(), folder)
        os.environ.update(environment(Path(folder)), DJANGO_SETTINGS_MODULE="config.settings")
        django.setup()
        from tests.fakes.long_history import pages  # needs Django's settings

        print("| page | p50 ms | slowest ms |\n|---|---|---|")
        for name, read in pages(SESSIONS).items():
            if len(read()[0]) != (0 if "none" in name else PAGE):
                raise AssertionError(f"The page {name} has another number of sessions.")
            taken = [_milliseconds(read) for _ in range(TIMES)]
            print(f"| {name} | {statistics.median(taken):.1f} | {max(taken):.1f} |")
    return 0


def _milliseconds(read: Callable[[], Page]) -> float:
    begun = time.perf_counter()
    read()
    return (time.perf_counter() - begun) * 1000
