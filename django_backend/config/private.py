"""What only its owner can read. Standard library only: the set-up script reads it too."""

from __future__ import annotations

import os
from pathlib import Path

OWNERS_FILE, OWNERS_FOLDER = 0o600, 0o700
BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; it makes them with the database's own permissions."""


def private_folder(folder: Path) -> None:
    """Makes the folder, or tightens one of ours that is there already."""
    folder.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
    _tighten(folder, OWNERS_FOLDER)


def private_file(path: Path) -> None:
    """Tightens a file of ours, if it is there."""
    if path.exists():
        _tighten(path, OWNERS_FILE)


def private_database(path: Path) -> None:
    """Makes an empty SQLite file that nobody else can read, or tightens what is there."""
    if not path.exists() and path.parent.is_dir():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, OWNERS_FILE))
    for ending in BESIDE:
        private_file(path.with_name(path.name + ending))


def _tighten(path: Path, mode: int) -> None:
    """What somebody else owns is theirs to tighten; Windows has no such permissions."""
    if os.name == "posix" and path.stat().st_uid == os.geteuid():
        path.chmod(mode)
