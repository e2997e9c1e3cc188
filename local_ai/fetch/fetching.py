"""Fetches what is missing of a kind: from its sources in order, into one part that they share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from local_ai.fetch import publisher, room
from local_ai.fetch.cache import Locked, Source, forget, is_whole, sha256, stamp
from local_ai.fetch.failed import DISK_FULL, UNREACHABLE, WRONG_HASH, Broken, FetchFailed
from local_ai.fetch.registry import Registry
from local_ai.fetch.turns import turn

Report = Callable[[int, int], None]
"""Gets how many bytes are there so far, and how many they will be."""
_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries after a connection that broke off."""


def fetch(name: str, files: Sequence[Locked], folder: Path, report: Report) -> None:
    """Returns when all the files are whole in `folder`; raises FetchFailed.

    A second process that fetches the same `name` waits for the first and uses what it brought.
    What came so far stays, so that the next call goes on from there.
    """
    total = sum(file.size for file in files)

    def tell() -> None:
        report(sum(room.held(file, folder) for file in files), total)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with turn(folder / f".{name}.lock", tell):
            _fetch_missing(files, folder, folder / f".{name}.wheels", report)
        tell()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise room.from_os_error(error, folder) from error


def _fetch_missing(files: Sequence[Locked], folder: Path, wheels: Path, report: Report) -> None:
    total, registry = sum(file.size for file in files), Registry(wheels)
    registry.close()
    try:
        for number, file in enumerate(files):
            if not is_whole(file, folder):
                before = sum(file.size for file in files[:number])
                one = _File(file, folder, registry, partial(_report_after, report, before, total))
                one.fetch()
    finally:
        registry.close()


def _report_after(report: Report, before: int, total: int, count: int) -> None:
    report(before + count, total)


class _File:
    """One file on its way into the cache."""

    def __init__(
        self, file: Locked, folder: Path, registry: Registry, report: Callable[[int], None]
    ) -> None:
        self._file, self._folder = file, folder
        self._registry, self._report = registry, report
        self._path, self._part = folder / file.path, room.part_of(file, folder)

    def fetch(self) -> None:
        """Tries one source after the other; raises FetchFailed when none had the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        forget(self._path)
        if self._size() > self._file.size:
            self._part.unlink()
        room.require(self._file, self._folder)
        failures = []
        for source in self._file.sources:
            try:
                return self._try(source)
            except FetchFailed as failed:
                if failed.code == DISK_FULL:
                    raise
                failures.append(failed)
        raise _summary(failures)

    def _try(self, source: Source) -> None:
        """Completes the file from a source.

        When the whole is wrong it is deleted, and the source gets one more chance if the beginning
        was another's.
        """
        has_beginning = True
        while has_beginning:
            has_beginning = self._size() > 0
            self._fill_on_disk(source)
            if sha256(self._part) == self._file.sha256:
                return self._place()
            self._part.unlink()
        where = "the publisher" if source.url else "the package registry"
        raise FetchFailed(WRONG_HASH, f"What came from {where} is not the file that was expected.")

    def _place(self) -> None:
        """Puts the part where the file belongs, when the disk really has it."""
        with self._part.open("rb+") as part:
            os.fsync(part.fileno())
        os.replace(self._part, self._path)
        stamp(self._path, self._file)

    def _fill_on_disk(self, source: Source) -> None:
        """Fills the part; on a full disk gives back the room that the part took last."""
        try:
            self._fill(source)
        except (OSError, FetchFailed) as error:
            failed = (
                room.from_os_error(error, self._folder) if isinstance(error, OSError) else error
            )
            if failed.code != DISK_FULL:
                raise
            self._registry.close()
            room.give_back(self._part)
            raise room.full(self._folder) from error

    def _fill(self, source: Source) -> None:
        """Fills the part; a connection that broke off is made anew a few times."""
        has_begun = False
        for pause in (*_PAUSES, None):
            try:
                if self._size() < self._file.size:
                    self._fill_once(source)
                return
            except FetchFailed as failed:
                has_begun = has_begun or isinstance(failed, Broken)
                if pause is None or not has_begun or failed.code != UNREACHABLE:
                    raise
                time.sleep(pause)

    def _fill_once(self, source: Source) -> None:
        if source.url:
            publisher.fill(source.url, self._part, self._file.size, self._report)
        else:
            self._registry.fill(source.wheels, self._part, self._report)

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0


def _summary(failures: Sequence[FetchFailed]) -> FetchFailed:
    """All of them in one; a wrong hash anywhere is what a person should know first."""
    wrong = any(failed.code == WRONG_HASH for failed in failures)
    words = " ".join(dict.fromkeys(failed.message for failed in failures))
    return FetchFailed(WRONG_HASH if wrong else UNREACHABLE, words)
