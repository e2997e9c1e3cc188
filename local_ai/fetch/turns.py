"""One process at a time fetches the same thing; the system frees the turn of one that dies."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_ASK_AGAIN_SECONDS = 0.5

if sys.platform == "win32":
    import msvcrt

    def _taken(file: BinaryIO) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def turn(path: Path, while_waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the turn that the file at `path` stands for; another process waits until it ends.

    The file stays: deleting it would let two processes hold two files of the same name.
    """
    with path.open("ab") as file:
        while not _taken(file):
            while_waiting()
            time.sleep(_ASK_AGAIN_SECONDS)
        yield
