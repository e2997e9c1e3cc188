"""The engine of processes behind `make run`, `make run-cluster` and the stores of the tests.

honcho was tried and left out: it stops everything at once (the backend must end its sessions while
the media server still runs), kills after 5 s, knows no readiness and no SIGHUP, prints its own
lines after the reason, and leaves every process behind when it is killed itself. The Procfile stays
in its format.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from types import TracebackType
from typing import NoReturn

from scripts.problem import Problem
from scripts.run.processes import POLL_SECONDS
from scripts.run.programs import Life, Program
from scripts.run.signals import Signals


class Engine:
    """Starts programs, waits until they answer, sees which end, and stops all of them in order.

    Used as a context manager, or with `run`, it leaves nothing running.
    """

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = {program.name: program for program in programs}
        self._width = max(map(len, self.programs), default=0)
        self._lives: dict[str, Life] = {}
        self._earlier: list[Life] = []
        self._lock = threading.RLock()
        self._is_over = False
        self._signals = Signals()
        self._consequence = ""

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def run(self, start: Callable[[], None], when_ended: Callable[[Life], None]) -> NoReturn:
        """Calls `start`, then `when_ended` for each program that ends, until somebody asks to stop.

        Ends with Interrupted, or with a Problem of these two; nothing is left running.
        """
        self._consequence = ", so everything was stopped"
        with self._signals, self:
            start()
            while True:
                for life in list(self._lives.values()):
                    if life.child.exit_code() is not None:
                        when_ended(life)
                self.pause(POLL_SECONDS)

    def start(self, name: str) -> None:
        """Starts a program, also again."""
        with self._lock:
            if self._is_over:
                return
            if before := self._lives.get(name):
                self._earlier = [life for life in self._earlier if not life.child.forget_if_gone()]
                self._earlier.append(before)
            self._lives[name] = Life(self.programs[name], self._width)

    def await_ready(self, names: Sequence[str], deadline: float | None = None) -> None:
        """Returns when all of these answer; Problem when one has ended, or is late.

        `deadline` in seconds replaces their own.
        """
        lives = [self._lives[name] for name in names]
        waiting, started = lives, time.monotonic()
        while waiting := [life for life in waiting if not life.is_ready()]:
            for life in lives:
                self.refuse_ended(life)
            for life in waiting:
                self._refuse_late(life, started, deadline or life.program.deadline)
            self.pause(POLL_SECONDS)

    def start_together(self, names: Sequence[str]) -> None:
        """Starts all of these; returns when all answer."""
        for name in names:
            self.start(name)
        self.await_ready(names)

    def pause(self, seconds: float) -> None:
        """Waits; Interrupted as soon as somebody asks to stop."""
        until = time.monotonic() + seconds
        self._signals.check()
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, POLL_SECONDS))
            self._signals.check()

    def life(self, name: str) -> Life:
        """The present life of a program, or the last one."""
        return self._lives[name]

    def refuse_ended(self, life: Life) -> None:
        """Problem when the program has ended."""
        if life.child.exit_code() is not None:
            raise self._problem(life, f"ended by itself ({life.how_it_ended()})")

    def stop(self) -> None:
        """Returns when nothing is left; nothing can be started afterwards."""
        with self._lock:
            self._is_over = True
            lives, self._lives = list(self._lives.values()), {}
            earlier, self._earlier = self._earlier, []
        lives.sort(key=_order)
        for _, together in groupby(lives, _order):
            self._stop_together(list(together))
        for life in earlier:
            life.child.kill()

    def _refuse_late(self, life: Life, started: float, deadline: float) -> None:
        if time.monotonic() - started > deadline:
            what = f"did not answer at {life.program.address} within {deadline:.0f} s"
            raise self._problem(life, what)

    def _problem(self, life: Life, what: str) -> Problem:
        lines = life.last_lines()
        source = f"The lines above are the last {life.where()}."
        return Problem(f"{life.program.name} {what}{self._consequence}. {source}", lines)

    def _stop_together(self, lives: Sequence[Life]) -> None:
        for life in lives:
            life.ask_to_stop()
        while not self._signals.is_hurried and any([life.keeps_stopping() for life in lives]):
            time.sleep(POLL_SECONDS)
        for life in lives:
            life.child.kill()
        for life in lives:
            life.finish_output()


def _order(life: Life) -> int:
    return life.program.stops_in
