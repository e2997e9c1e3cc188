"""Whether this machine can run a language model, and if not, why; `python -m local_ai.machine`."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import platform
import re
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local_ai.fetch import room
from local_ai.settings import AUTO, OFF, Settings, cores, read

MODEL_MEMORY = 2_600_000_000
"""Bytes of free memory that the model which is fetched takes, with some for the conversation."""
OWN_MEMORY = 750_000_000
"""Bytes of free memory beside the weights of somebody's own file."""
LEAST_CORES = 2
_GROUP = Path("/sys/fs/cgroup")
_PF_AVX2_INSTRUCTIONS_AVAILABLE = 40
_ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Facts:
    """What counts of a machine: `memory` are the bytes that are free, None where it cannot be told.

    `has_engine` says whether the engine of language models is installed.
    """

    bits: int
    cores: int
    has_avx2: bool
    memory: int | None
    has_engine: bool


def unfit(settings: Settings, facts: Facts | None = None) -> str:
    """Returns why no language model runs here, as a code, or nothing. Blocks for moments."""
    if settings.llm == OFF:
        return ""
    facts = facts or gather()
    if facts.bits < 64:
        return "bits"
    if facts.cores < LEAST_CORES and settings.llm == AUTO:
        return "cores"
    if not facts.has_engine:
        return "no_wheel"
    if not facts.has_avx2:
        return "no_avx2"
    if facts.memory is not None and facts.memory < _memory(settings):
        return "memory"
    if settings.llm == AUTO and room.lacks_room("head", settings.cache):
        return "disk"
    return ""


def gather() -> Facts:
    """Returns what this machine is and has."""
    return Facts(
        bits=struct.calcsize("P") * 8,
        cores=cores(),
        has_avx2=_has_avx2(),
        memory=_memory_free(),
        has_engine=importlib.util.find_spec("xllamacpp") is not None,
    )


def _memory(settings: Settings) -> int:
    """The bytes that the model takes, by its kind; a file that is not there is told elsewhere."""
    if settings.llm == AUTO:
        return MODEL_MEMORY
    own = Path(settings.llm)
    return OWN_MEMORY + (own.stat().st_size if own.is_file() else 0)


def _has_avx2() -> bool:
    """True on processors of other makes: their engine needs nothing of the kind."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32")
        return bool(kernel.IsProcessorFeaturePresent(_PF_AVX2_INSTRUCTIONS_AVAILABLE))
    if sys.platform == "darwin":
        return _output("sysctl", "-n", "hw.optional.avx2_0").strip() == "1"
    return "avx2" in _text(Path("/proc/cpuinfo")).split()


def _memory_free() -> int | None:
    if sys.platform == "win32":
        return _windows_memory()
    if sys.platform == "darwin":
        return macos_memory(_output("vm_stat"))
    free = linux_memory(_text(Path("/proc/meminfo")))
    group = group_memory(
        _text(_GROUP / "memory.max"),
        _text(_GROUP / "memory.current"),
        _text(_GROUP / "memory.stat"),
    )
    known = [number for number in (free, group) if number is not None]
    return min(known, default=None)


def linux_memory(meminfo: str) -> int | None:
    """Returns the bytes that /proc/meminfo calls available."""
    found = re.search(r"^MemAvailable:\s*(\d+) kB", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def group_memory(most: str, current: str, stat: str) -> int | None:
    """Returns what a container may still take; files that it has read can be put out of memory."""
    if not (most.strip().isdecimal() and current.strip().isdecimal()):
        return None
    files = re.search(r"^inactive_file (\d+)", stat, re.MULTILINE)
    return max(0, int(most) - int(current) + (int(files[1]) if files else 0))


def macos_memory(vm_stat: str) -> int | None:
    """Returns the bytes of the pages that macOS can give away."""
    page = re.search(r"page size of (\d+) bytes", vm_stat)
    kinds = r"^Pages (?:free|inactive|speculative|purgeable):\s*(\d+)"
    pages = [int(count) for count in re.findall(kinds, vm_stat, re.MULTILINE)]
    return int(page[1]) * sum(pages) if page and pages else None


def _windows_memory() -> int | None:
    if sys.platform != "win32":
        return None

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = [
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *(
                (name, ctypes.c_uint64)
                for name in ("all", "free", "page_all", "page_free", "own_all", "own_free", "more")
            ),
        ]

    status = Status(length=ctypes.sizeof(Status))
    kernel = ctypes.WinDLL("kernel32")
    return int(status.free) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""


def _output(*command: str) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


if __name__ == "__main__":
    print(unfit(read()) or "fit")
