"""Fetching in processes: stopped and gone on with, two at once, beside other work, no room."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sources import CONTENT, Publisher, locked, publishing
from support.waiting import until, until_async

from local_ai import settings
from local_ai.fetch import background, fetching, publisher, room
from local_ai.fetch.cache import Source
from local_ai.fetch.failed import FetchFailed

FETCHER = Path(__file__).with_name("fetcher.py")
HALF = len(CONTENT) // 2


@pytest.fixture
def source() -> Iterator[Publisher]:
    with publishing() as publisher:
        yield publisher


Start = Callable[[Publisher], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that fetch into one cache; those that are left end with the test."""
    started: list[subprocess.Popen[str]] = []

    def _start(source: Publisher) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, str(FETCHER), source.url, "head"],
                env={**os.environ, "LOCAL_AI_CACHE": str(tmp_path)},
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield _start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def lines(process: subprocess.Popen[str]) -> list[dict[str, object]]:
    """What the process printed until its end."""
    return [json.loads(line) for line in process.communicate(timeout=30)[0].splitlines()]


def half_is_there(folder: Path) -> bool:
    part = folder / "model.gguf.part"
    return part.exists() and part.stat().st_size == HALF


@pytest.mark.processes
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_one_that_is_stopped_is_gone_on_with(
    source: Publisher, start: Start, tmp_path: Path, signum: signal.Signals
) -> None:
    source.released.clear()
    first = start(source)
    until(lambda: half_is_there(tmp_path), what="half of the file is there")
    first.send_signal(signum)
    last = lines(first)[-1]
    if signum != signal.SIGKILL:
        assert first.returncode == 1
        assert last == {
            "failed": "stopped",
            "message": "Stopped; the next start goes on from here.",
        }
    source.released.set()

    second = start(source)
    assert lines(second)[-1] == {"fetched_bytes": len(CONTENT), "total_bytes": len(CONTENT)}
    assert second.returncode == 0
    assert source.asked == [0, HALF]
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


def two_at_once(
    source: Publisher, start: Start, folder: Path
) -> tuple[subprocess.Popen[str], subprocess.Popen[str], dict[str, Any]]:
    """Two that fetch one file, half of which is there, and the second's first line."""
    source.released.clear()
    first = start(source)
    until(lambda: half_is_there(folder), what="half of the file is there")
    second = start(source)
    assert second.stdout is not None
    return first, second, json.loads(second.stdout.readline())


@pytest.mark.processes
def test_of_two_at_once_the_second_waits_tells_and_uses_what_the_first_brings(
    source: Publisher, start: Start, tmp_path: Path
) -> None:
    first, second, told = two_at_once(source, start, tmp_path)
    assert told["fetched_bytes"] == HALF
    source.released.set()
    assert lines(first)[-1] == lines(second)[-1]
    assert (first.returncode, second.returncode) == (0, 0)
    assert source.asked == [0]


@pytest.mark.processes
def test_when_the_first_of_two_is_killed_the_second_goes_on(
    source: Publisher, start: Start, tmp_path: Path
) -> None:
    first, second, _ = two_at_once(source, start, tmp_path)
    first.kill()
    source.released.set()
    assert lines(second)[-1] == {"fetched_bytes": len(CONTENT), "total_bytes": len(CONTENT)}
    assert source.asked == [0, HALF]


@pytest.mark.processes
async def test_beside_other_work_it_reports_and_can_be_cancelled(
    source: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "_PROGRAM", (str(FETCHER), source.url))
    told = replace(settings.read({}), cache=tmp_path)
    counts: list[int] = []
    source.released.clear()
    task = asyncio.create_task(background.fetch("head", told, lambda n, _: counts.append(n)))
    await until_async(lambda: half_is_there(tmp_path), what="half of the file is there")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    source.released.set()
    await background.fetch("head", told, lambda n, _: counts.append(n))
    assert counts[-1] == len(CONTENT)
    assert source.asked == [0, HALF]


@pytest.mark.processes
async def test_beside_other_work_a_failure_has_its_code_and_words(
    source: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.status = 404
    monkeypatch.setattr(background, "_PROGRAM", (str(FETCHER), source.url))
    told = replace(settings.read({}), cache=tmp_path)
    with pytest.raises(FetchFailed) as raised:
        await background.fetch("head", told, lambda count, total: None)
    assert (raised.value.code, raised.value.message) == ("unreachable", "127.0.0.1 answered 404.")


@pytest.mark.processes
def test_a_setting_that_cannot_be_meant_is_told() -> None:
    done = subprocess.run(
        [sys.executable, str(FETCHER), "http://127.0.0.1:9/", "head"],
        env={**os.environ, "LOCAL_LLM_SLOTS": "many"},
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(done.stdout)
    assert (done.returncode, found["failed"]) == (1, "setting")
    assert found["message"].startswith("LOCAL_LLM_SLOTS is 'many'")


def test_too_little_room_is_said_before_anything_is_fetched(
    source: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free", lambda folder: 50_000_000)
    with pytest.raises(FetchFailed) as raised:
        fetching.fetch("test", [locked(Source(url=source.url))], tmp_path, lambda n, total: None)
    assert raised.value.code == "disk_full"
    assert "68 MB are needed" in raised.value.message
    assert "50 MB are free" in raised.value.message
    assert source.asked == []


def test_a_disk_that_fills_up_gets_some_room_back_and_the_rest_is_kept(
    source: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = locked(Source(url=source.url))
    monkeypatch.setattr(room, "MARGIN", 100_000)

    def fill(url: str, part: Path, size: int, report: Callable[[int], None]) -> None:
        part.write_bytes(CONTENT[:HALF])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(publisher, "fill", fill)
        with pytest.raises(FetchFailed) as raised:
            fetching.fetch("test", [file], tmp_path, lambda count, total: None)
    assert raised.value.code == "disk_full"
    assert "The disk of" in raised.value.message
    assert "goes on from here" in raised.value.message
    assert (tmp_path / "model.gguf.part").stat().st_size == HALF - 100_000

    fetching.fetch("test", [file], tmp_path, lambda count, total: None)
    assert source.asked == [HALF - 100_000]
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written_names_its_setting(
    source: Publisher, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    file = locked(Source(url=source.url))
    with pytest.raises(FetchFailed) as raised:
        fetching.fetch("test", [file], tmp_path / "file" / "cache", lambda count, total: None)
    assert raised.value.code == "not_writable"
    assert "Set LOCAL_AI_CACHE to a folder that can be written." in raised.value.message
