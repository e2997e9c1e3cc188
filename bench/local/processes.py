"""Processor and memory of each process of the product, by what it does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

from bench.usage import MEGABYTE
from tests.support.processes import Process

_WORKERS = "local_ai."


@dataclass(frozen=True)
class Load:
    """What one kind of process took: cores (1.0 is a whole one) and resident memory in MB."""

    name: str
    cores: float
    megabytes: float


class Loads:
    """Measures the processes from its creation to `so_far`."""

    def __init__(self, programs: Mapping[str, Process]) -> None:
        self._programs = programs
        self._begun, self._at = self._spent(), time.monotonic()

    def so_far(self) -> list[Load]:
        """Returns each kind's average cores since the creation and its memory now."""
        seconds = time.monotonic() - self._at
        spent: dict[str, float] = {}
        memory: dict[str, float] = {}
        for (name, pid), (cpu, rss) in self._spent().items():
            before = self._begun.get((name, pid), (0.0, 0))[0]
            spent[name] = spent.get(name, 0.0) + cpu - before
            memory[name] = memory.get(name, 0.0) + rss / MEGABYTE
        return [Load(name, spent[name] / seconds, memory[name]) for name in sorted(spent)]

    def _spent(self) -> dict[tuple[str, int], tuple[float, int]]:
        """Returns seconds of processor and bytes of memory by kind and process id."""
        found = {}
        for name, program in self._programs.items():
            root = psutil.Process(program.pid)
            for process in (root, *root.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    times, rss = process.cpu_times(), process.memory_info().rss
                    kind = name if process == root else _kind(process.cmdline()) or name
                    found[kind, process.pid] = times.user + times.system, rss
        return found


def _kind(command: list[str]) -> str:
    """Returns the part of the offline server that a worker is: ears, voice or head."""
    modules = [word for word in command if word.startswith(_WORKERS)]
    return modules[0].split(".")[1] if modules else ""
