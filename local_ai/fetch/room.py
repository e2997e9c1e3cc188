"""Room on the disk: asked for before a fetch, and given back when the disk is full after all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from local_ai.fetch.cache import Kind, Locked, is_whole, locked
from local_ai.fetch.failed import DISK_FULL, NOT_WRITABLE, FetchFailed

MARGIN = 64 * 1024 * 1024
_MB = 1_000_000
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def part_of(file: Locked, folder: Path) -> Path:
    """Returns where the file grows until it is whole."""
    return folder / f"{file.path}.part"


def held(file: Locked, folder: Path) -> int:
    """Returns how many bytes of the file are there so far."""
    for path in (folder / file.path, part_of(file, folder)):
        if path.exists():
            return min(path.stat().st_size, file.size)
    return 0


def needed(file: Locked, folder: Path) -> int:
    """Returns the bytes of disk that the rest of the file takes while it is fetched."""
    wheels = [wheel.download for source in file.sources for wheel in source.wheels]
    return file.size - held(file, folder) + max(wheels, default=0) + MARGIN


def lacks_room(kind: Kind, folder: Path) -> bool:
    """Whether what is still missing of a kind does not fit on the disk of the cache."""
    missing = [file for file in locked(kind) if not is_whole(file, folder)]
    return any(needed(file, folder) > free(folder) for file in missing)


def require(file: Locked, folder: Path) -> None:
    """Raises FetchFailed when the rest of the file would not fit."""
    wanted, there = needed(file, folder), free(folder)
    if wanted > there:
        raise FetchFailed(
            DISK_FULL,
            f"{wanted // _MB} MB are needed on the disk of {folder}, and {there // _MB} MB are "
            "free. Free some space, or set LOCAL_AI_CACHE to a folder on another disk.",
        )


def free(folder: Path) -> int:
    """Returns the free bytes of the disk that the folder is on, or will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def from_os_error(error: OSError, folder: Path) -> FetchFailed:
    """Returns what the system refused, in words."""
    if is_full(error):
        return full(folder)
    return FetchFailed(
        NOT_WRITABLE,
        f"{folder} cannot be used ({error.strerror or error}). Set LOCAL_AI_CACHE to a folder "
        "that can be written.",
    )


def is_full(error: Exception) -> bool:
    """Whether the error says that a disk has filled up."""
    if isinstance(error, FetchFailed):
        return error.code == DISK_FULL
    return isinstance(error, OSError) and error.errno in _FULL


def full(folder: Path) -> FetchFailed:
    """Returns the failure of a disk that has filled up."""
    return FetchFailed(
        DISK_FULL,
        f"The disk of {folder} is full. Free some space, or set LOCAL_AI_CACHE to a folder "
        "on another disk; the next start goes on from here.",
    )


def give_back(part: Path) -> None:
    """Shortens a part that has filled the disk, so that other programs can go on writing."""
    if part.exists():
        os.truncate(part, max(0, part.stat().st_size - MARGIN))
