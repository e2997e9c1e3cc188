"""What a test started ends with the process of the test, also when that is killed."""

from __future__ import annotations

import os
import sys

import pytest
from dev_run import is_running
from support.processes import ROOT, Process
from support.waiting import until

START_AND_HANG = """
import sys, time
from support.processes import Process

started = Process([sys.executable, "-c", "import time; time.sleep(300)"])
print(started.pid, flush=True)
time.sleep(300)
"""


@pytest.mark.processes
def test_what_a_killed_test_started_is_ended() -> None:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    with Process([sys.executable, "-c", START_AND_HANG], env={"PYTHONPATH": paths}) as test:
        pid = int(until(lambda: test.output().strip(), seconds=30, what="something was started"))
        assert is_running(pid)
        test.kill()
        until(lambda: not is_running(pid), seconds=20, what="it has ended")
