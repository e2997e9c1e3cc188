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
START_AND_END = """
import sys
from support.processes import Process

with Process([sys.executable, "-c", "import time; time.sleep(300)"]):
    print("started", flush=True)
"""


@pytest.mark.processes
def test_what_a_killed_test_started_is_ended() -> None:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    with Process([sys.executable, "-c", START_AND_HANG], env={"PYTHONPATH": paths}) as test:
        pid = int(until(lambda: test.output().strip(), seconds=30, what="something was started"))
        assert is_running(pid)
        test.kill()
        until(lambda: not is_running(pid), seconds=20, what="it has ended")


@pytest.mark.processes
def test_the_watcher_of_a_test_that_ends_is_ended_and_waited_for() -> None:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", START_AND_END]
    with Process(command, env={"PYTHONPATH": paths}) as test:
        assert test.wait() == 0
        assert test.output() == "started\n"
