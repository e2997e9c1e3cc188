"""Processor and memory that a system's processes use, beyond what they use when idle."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass

import psutil

IDLE_SECONDS = 2.0
FIRST_IN_LINE = 5
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Of one session: cores (1.0 is one whole core) and resident memory in MB."""

    cores: float
    megabytes: float


def run_undisturbed() -> None:
    """Runs this program, and what it starts, before all others (Linux, root)."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(FIRST_IN_LINE))


class Elsewhere:
    """Measures how many cores programs that are not ours keep busy, from its creation on."""

    def __init__(self) -> None:
        self._at, self._machine, self._ours = time.monotonic(), _machine_seconds(), _our_seconds()

    def cores(self) -> float:
        """Returns how many processors are busy: 0.0 on a machine that does nothing else."""
        busy = _machine_seconds() - self._machine - (_our_seconds() - self._ours)
        return max(0.0, busy / (time.monotonic() - self._at))


class Meter:
    """Measures a process and its children between the first `begin` and the first `end`."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._idle_cores = 0.0
        self._idle_bytes = 0
        self._begun: tuple[float, float] | None = None
        self._ended: tuple[float, float] | None = None
        self._busy_bytes = 0

    async def settle(self) -> None:
        """Measures the idle process for two seconds."""
        cpu, at = self._cpu(), time.monotonic()
        await asyncio.sleep(IDLE_SECONDS)
        self._idle_cores = (self._cpu() - cpu) / (time.monotonic() - at)
        self._idle_bytes = self._memory()

    def begin(self) -> None:
        """The last of several people to begin counts: from there on, all of them talk."""
        self._begun = self._cpu(), time.monotonic()

    def end(self) -> None:
        """The first of several people to end counts."""
        if self._ended is None:
            self._ended = self._cpu(), time.monotonic()
            self._busy_bytes = self._memory()

    def usage(self, people: int) -> Usage:
        """What one session used on average."""
        assert self._begun and self._ended, "nobody talked"
        seconds = self._ended[1] - self._begun[1]
        cores = (self._ended[0] - self._begun[0]) / seconds - self._idle_cores
        memory = (self._busy_bytes - self._idle_bytes) / MEGABYTE
        return Usage(cores / people, memory / people)

    def _cpu(self) -> float:
        return _seconds(self._processes())

    def _memory(self) -> int:
        return sum(process.memory_info().rss for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


def _seconds(processes: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return float(sum(spent.user + spent.system for spent in times))


def _our_seconds() -> float:
    us = psutil.Process()
    return _seconds([us, *us.children(recursive=True)])


def _machine_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + getattr(times, "nice", 0.0) + times.system)
