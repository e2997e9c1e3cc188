"""How long the offline server takes to be ready, with its files in memory and without."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_ai.settings import read

from .offline import Missing, offline

COLD, WARM = "cold", "warm"


@dataclass(frozen=True)
class Start:
    """One start, in seconds: until ears and voice answer, and the language model after that."""

    kind: str
    voice: float
    head: float | None


def measure(cache: Mapping[str, str]) -> list[Start]:
    """A cold and a warm start; where files cannot be put out of memory, a warm one alone."""
    kinds = (COLD, WARM) if hasattr(os, "posix_fadvise") else (WARM,)
    return [_start(kind, cache) for kind in kinds]


def folder(cache: Mapping[str, str]) -> Path:
    """Returns where the fetched files are kept."""
    return read({**os.environ, **cache}).cache


def _start(kind: str, cache: Mapping[str, str]) -> Start:
    if kind == COLD:
        for path in _files(folder(cache)):
            _put_out_of_memory(path)
    with offline({"LOCAL_LLM": "auto", **cache}) as server:
        try:
            return Start(kind, server.started, server.wait_for_head())
        except Missing:
            return Start(kind, server.started, None)


def _files(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file()] if cache.is_dir() else []


def _put_out_of_memory(path: Path) -> None:
    """Has the next reader fetch the file from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
