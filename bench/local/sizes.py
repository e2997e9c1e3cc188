"""What the keyless voice takes to download, and takes on the disk."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.usage import MEGABYTE
from local_ai.fetch.cache import KINDS, Kind, Locked, locked

from .starts import folder

PACKAGES = {"onnxruntime": "ears and voice", "hibari-tts": "voice", "xllamacpp": "language model"}
"""What is installed for the keyless voice, and what each is for."""
FETCHED: dict[Kind, str] = {"ears": "weights of the ears", "head": "language model"}


@dataclass(frozen=True)
class Size:
    """One thing in MB: to download where that is known, and on the disk where it is there."""

    what: str
    download: float | None
    disk: float | None


def measure(cache: Mapping[str, str]) -> list[Size]:
    """The packages that are installed for it, and the files that are fetched."""
    packages = [Size(f"{name} ({use})", None, _installed(name)) for name, use in PACKAGES.items()]
    return packages + [_fetched(kind, cache) for kind in KINDS]


def _installed(name: str) -> float | None:
    try:
        files = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = [Path(str(file.locate())) for file in files]
    return sum(path.stat().st_size for path in paths if path.exists()) / MEGABYTE


def _fetched(kind: Kind, cache: Mapping[str, str]) -> Size:
    paths = [folder(cache) / file.path for file in locked(kind)]
    there = all(path.exists() for path in paths)
    disk = sum(path.stat().st_size for path in paths) / MEGABYTE if there else None
    return Size(FETCHED[kind], _download(locked(kind)) / MEGABYTE, disk)


def _download(files: tuple[Locked, ...]) -> int:
    """Returns the bytes of the first source of each file; a wheel with several counts once."""
    first = [(file, file.sources[0]) for file in files]
    wheels = {wheel.sha256: wheel.download for _, source in first for wheel in source.wheels}
    return sum(wheels.values()) + sum(file.size for file, source in first if source.url)
