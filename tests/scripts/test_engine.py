"""The engine behind `make run` and `make run-cluster`: what ends, what starts again, in order."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from dev_run import is_running
from support.limits import in_time
from support.waiting import until

from scripts.problem import Interrupted, Problem
from scripts.run.engine import Engine
from scripts.run.programs import Life, Program

pytestmark = pytest.mark.processes
SAYS_SO_AND_SLEEPS = "print('up', flush=True); import time; time.sleep(600)"
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
LEAVES_ONE_BEHIND = """
import subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("left", left.pid, flush=True)
"""
PATIENCE = 60.0


def program(folder: Path, name: str, script: str, word: bytes = b"up", **own: float) -> Program:
    """A Python program that is ready when it has printed the word."""
    return Program(
        name,
        [sys.executable, "-c", script],
        folder,
        os.environ,
        "http://127.0.0.1:9/",
        lambda life: word in life.logged(),
        log=folder / f"{name}.log",
        stops_in=int(own.get("stops_in", 0)),
        grace=own.get("grace", 5.0),
    )


def test_what_ends_is_started_again_and_nothing_of_its_lives_is_left(tmp_path: Path) -> None:
    engine = Engine([program(tmp_path, "short", LEAVES_ONE_BEHIND, b"left")])
    pids: list[int] = []

    def start_again(life: Life) -> None:
        pids.append(int(life.logged().split()[-1]))
        if len(pids) == 3:
            raise Interrupted(signal.SIGTERM)
        engine.start("short")

    with pytest.raises(Interrupted):
        engine.run(lambda: engine.start_together(["short"]), start_again)
    assert len(set(pids)) == 3
    until(lambda: not [pid for pid in pids if is_running(pid)], what="all lives' processes ended")


def test_one_that_ends_before_it_answers_is_told_with_its_last_lines(tmp_path: Path) -> None:
    ends = "print('no such table', flush=True); raise SystemExit(4)"
    with pytest.raises(Problem) as raised, Engine([program(tmp_path, "short", ends)]) as engine:
        engine.start_together(["short"])
    log = tmp_path / "short.log"
    assert raised.value.sentences == (
        f"short ended by itself (exit code 4). The lines above are the last of {log}."
    )
    assert raised.value.last_lines == ["no such table"]


def test_a_second_ctrl_c_a_while_after_the_first_ends_everything_at_once(tmp_path: Path) -> None:
    stubborn = program(tmp_path, "stubborn", IGNORES_SIGTERM + SAYS_SO_AND_SLEEPS, grace=PATIENCE)
    other = program(tmp_path, "other", SAYS_SO_AND_SLEEPS, stops_in=1)
    engine = Engine([stubborn, other])
    ctrl_c = [threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)) for delay in (0, 1.2)]

    def start() -> None:
        engine.start_together(["stubborn", "other"])
        for timer in ctrl_c:
            timer.start()

    began = time.monotonic()
    with pytest.raises(Interrupted):
        engine.run(start, engine.refuse_ended)
    assert in_time(time.monotonic() - began, PATIENCE / 5)
