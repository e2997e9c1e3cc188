"""What a process is busy with, as a line in its log when it is asked: `kill -USR1 <pid>`."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import Counter

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
