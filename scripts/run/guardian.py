"""Ends the children when this script is killed in a way it cannot answer (kill -9, a crash).

On Linux and macOS a small process watches a pipe from the script: it learns each process group
through it, and when the pipe closes it ends the groups that are left. Windows has this built in,
as a job object that takes all its processes along.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

GRACE_SECONDS = 6.0

_lock = threading.Lock()
_watcher: subprocess.Popen[bytes] | None = None
_job: object = None


def watch(group: int) -> None:
    """From now on this process group ends with the script."""
    global _job
    if sys.platform == "win32":
        _job = _job or _join_job()
    else:
        _tell(f"+{group}\n")


def forget(group: int) -> None:
    """The group has ended; its number may be given to somebody else now."""
    if sys.platform != "win32":
        _tell(f"-{group}\n")


def close() -> None:
    """Ends the watcher, and with it what is still running; nothing of ours is left after this."""
    global _watcher
    with _lock, contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
        watcher, _watcher = _watcher, None
        if watcher is not None and watcher.stdin is not None:
            watcher.stdin.close()
            watcher.wait(GRACE_SECONDS + 2)


def _tell(line: str) -> None:
    global _watcher
    with _lock, contextlib.suppress(BrokenPipeError):
        _watcher = _watcher or _start()
        assert _watcher.stdin is not None
        _watcher.stdin.write(line.encode())
        _watcher.stdin.flush()


def _start() -> subprocess.Popen[bytes]:
    atexit.register(close)
    return subprocess.Popen(
        [sys.executable, "-S", str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def main() -> None:
    """Reads groups until the script is gone, then ends those that are left."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    _end(groups)


def _end(groups: set[int]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    leaders = {group for group in groups if _reached(os.kill, group, signal.SIGTERM)}
    while leaders and time.monotonic() < deadline:
        time.sleep(0.1)
        leaders = {leader for leader in leaders if _reached(os.kill, leader, 0)}
    for group in groups:
        _reached(os.killpg, group, signal.SIGKILL)


def _reached(send: Callable[[int, int], None], target: int, signum: int) -> bool:
    try:
        send(target, signum)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _join_job() -> object:
    """A Windows job that ends every process in it when the last handle closes, with us inside."""
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    class Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of the Windows API."""

        _fields_ = [
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("active", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD * 2),
            ("io", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t * 4),
        ]

    kill_on_close, extended = 0x2000, 9
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    limits = Limits(flags=kill_on_close)
    job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
    kernel.SetInformationJobObject(job, extended, ctypes.byref(limits), ctypes.sizeof(limits))
    kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))
    return job


if __name__ == "__main__":
    main()
