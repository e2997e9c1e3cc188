"""What a log may tell: what a process is busy with (`kill -USR1 <pid>`), where an error arose."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import traceback
from collections import Counter
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)
MOST = 20


def tell_on_signal() -> None:
    """Answers SIGUSR1 with an `in_use` line for as long as this event loop runs.

    Windows has no such signal, and only the main thread may listen for one.
    """
    number = getattr(signal, "SIGUSR1", None)
    if number is not None and threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(number, _tell)


def place(error: BaseException) -> str:
    """Returns file, line and function in which an error arose, and nothing of what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}"


def _tell() -> None:
    names = Counter(_name(task) for task in asyncio.all_tasks())
    log.info(
        "in_use",
        pid=os.getpid(),
        tasks=names.total(),
        threads=threading.active_count(),
        most=dict(names.most_common(MOST)),
    )


def _name(task: asyncio.Task[object]) -> str:
    return getattr(task.get_coro(), "__qualname__", "") or task.get_name()
