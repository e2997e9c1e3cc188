"""A file from the address where its publisher keeps it, going on where an earlier try stopped."""

from __future__ import annotations

import http.client
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from local_ai.fetch.failed import UNREACHABLE, Broken, FetchFailed

ANSWER_SECONDS = 8.0
STALL_SECONDS = 20.0
_LEAST_BYTES = 200_000
"""What has to come in STALL_SECONDS: a source that drips is left for the next one."""
_BLOCK = 256 * 1024
_NETWORK = (OSError, http.client.HTTPException, ValueError)


def fill(url: str, part: Path, size: int, report: Callable[[int], None]) -> None:
    """Appends what the part lacks to be `size` bytes; raises Broken, or FetchFailed.

    `report` gets the bytes that are there so far.
    """
    with part.open("ab") as out:
        have = out.tell()
        host = urlsplit(url).hostname or url
        answer = _answer(url, have, host)
        with answer:
            skip = _skip(answer, have, size, host)
            _copy(answer, out, (skip, size), report, host)


def _answer(url: str, have: int, host: str) -> http.client.HTTPResponse:
    """The answer of the source. In a thread: looking up a name knows no timeout."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    answers: queue.SimpleQueue[http.client.HTTPResponse | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_opener().open(request, timeout=STALL_SECONDS))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_SECONDS)
    except queue.Empty:
        raise _silent(host, f"did not answer within {ANSWER_SECONDS:.0f} s") from None
    if isinstance(answer, urllib.error.HTTPError):
        raise _silent(host, f"answered {answer.code}")
    if isinstance(answer, _NETWORK):
        raise _silent(host, f"could not be reached ({_reason(answer)})")
    if isinstance(answer, Exception):
        raise answer
    return answer


def _opener() -> urllib.request.OpenerDirector:
    """One that uses the proxies of the environment, ALL_PROXY included."""
    proxies = urllib.request.getproxies()
    if every := proxies.get("all"):
        proxies = {"http": every, "https": every, **proxies}
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies))


def _skip(answer: http.client.HTTPResponse, have: int, size: int, host: str) -> int:
    """How many bytes at the beginning of this answer are there already."""
    if answer.status == 206:
        expected, told, skip = f"bytes {have}-{size - 1}/{size}", "Content-Range", 0
    else:
        expected, told, skip = str(size), "Content-Length", have
    if answer.headers.get(told) != expected:
        raise _silent(host, "answered with something else than the file")
    return skip


def _copy(
    answer: http.client.HTTPResponse,
    out: BinaryIO,
    bounds: tuple[int, int],
    report: Callable[[int], None],
    host: str,
) -> None:
    """Copies the answer without its first bytes until `out` has all; `bounds` are both counts."""
    skip, size = bounds
    watch = _Watch()
    while (missing := size - out.tell()) > 0:
        try:
            block = answer.read1(min(_BLOCK, skip or missing))
        except _NETWORK:
            block = b""
        if not block or watch.is_too_slow(len(block)):
            raise Broken(f"The connection to {host} broke off.")
        if skip:
            skip -= len(block)
        else:
            out.write(block)
            report(out.tell())


class _Watch:
    """Counts what comes in a stretch of time."""

    def __init__(self) -> None:
        self._since, self._bytes = time.monotonic(), 0

    def is_too_slow(self, count: int) -> bool:
        """Whether less than the least came in the last stretch; `count` bytes came now."""
        self._bytes += count
        now = time.monotonic()
        if now - self._since < STALL_SECONDS:
            return False
        slow = self._bytes < _LEAST_BYTES
        self._since, self._bytes = now, 0
        return slow


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return getattr(cause, "strerror", None) or type(cause).__name__


def _silent(host: str, what: str) -> FetchFailed:
    return FetchFailed(UNREACHABLE, f"{host} {what}.")
