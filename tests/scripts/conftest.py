"""Every run that a test starts is surely ended after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dev_run import Run, is_running
from support.groups import starts_programs


@pytest.fixture
@starts_programs
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts a run, with settings of one's own."""
    runs: list[Run] = []

    def _start(**settings: str) -> Run:
        runs.append(Run(tmp_path, **settings))
        return runs[-1]

    yield _start
    for run in runs:
        run.process.stop(seconds=20)
        for pid in run.pids():
            if is_running(pid):
                os.kill(pid, 9)
