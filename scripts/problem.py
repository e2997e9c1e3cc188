"""What goes wrong for reasons a person can mend, and where everybody prints."""

from __future__ import annotations

import contextlib
import errno
import re
import sys
import threading
from collections.abc import Iterable

NO_NETWORK = re.compile(
    r"NewConnectionError|Failed to establish a new connection|[Nn]ame resolution|getaddrinfo"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ConnectTimeoutError|ReadTimeoutError"
    r"|ProxyError|no such host|dial tcp|i/o timeout|TLS handshake timeout|Could not resolve"
    r"|Temporary failure|Network is unreachable|Failed to fetch"
)
DISK_FULL = re.compile(r"No space left on device|ENOSPC|not enough space on the disk|Disk quota")

_printing = threading.Lock()


class Problem(Exception):
    """Two sentences for the person, and the last lines of what failed, if anything did."""

    def __init__(self, sentences: str, last_lines: Iterable[str] = ()) -> None:
        super().__init__(sentences)
        self.sentences = sentences
        self.last_lines = list(last_lines)


class Interrupted(BaseException):
    """Somebody asked this script to stop; `signum` says how."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def say(text: str = "") -> None:
    """Prints a line whole, whichever thread it comes from, even when nobody reads it any more."""
    with _printing, contextlib.suppress(OSError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def report(problem: Problem) -> None:
    """Prints the last lines and then, last of all, the two sentences."""
    for line in problem.last_lines:
        say(f"    {line}")
    say(problem.sentences)


def failed_step(title: str, lines: list[str], again: str, hint: str = "") -> Problem:
    """The problem behind a step's failed command, told from what it printed.

    `hint` replaces the sentences for a cause that is neither the network nor a full disk.
    """
    output = "\n".join(lines)
    if DISK_FULL.search(output):
        return full_disk(title, lines)
    if NO_NETWORK.search(output):
        return Problem(
            f"{title} could not be fetched: the network or the package registry is not reachable. "
            f"Check the connection and run `{again}` again, which goes on where this stopped.",
            lines,
        )
    return Problem(
        hint
        or f"{title} could not be set up; the lines above are the last that were printed. "
        f"When the cause is mended, run `{again}` again, which goes on from here.",
        lines,
    )


def full_disk(title: str, lines: Iterable[str] = ()) -> Problem:
    """The problem of a disk that filled up during a step."""
    return Problem(
        f"The disk is full, so this did not finish: {title}. "
        "Free some space and run it again, which goes on where this stopped.",
        lines,
    )


def from_os_error(error: OSError) -> Problem:
    """The problem behind an error of the operating system."""
    if error.errno == errno.ENOSPC:
        return full_disk(error.filename or "writing a file")
    where = f" ({error.filename})" if error.filename else ""
    return Problem(
        f"The system refused: {error.strerror or error}{where}. "
        "Look whether this folder and its files belong to you and can be written, and try again."
    )
