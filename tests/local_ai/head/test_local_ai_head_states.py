"""What the language model is doing: each state with its reason, and what is said of it."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_model import FakeChild
from heads import ID, settings, started, until

from local_ai import machine
from local_ai.fetch import background, cache
from local_ai.fetch.failed import FetchFailed
from local_ai.head import head as head_module
from local_ai.head.gguf import Header, NoModel
from local_ai.head.head import Head
from local_ai.settings import Settings

pytestmark = pytest.mark.usefixtures("able")


@pytest.mark.parametrize(
    ("changed", "state", "reason"),
    [
        ({"llm": "off"}, "off", ""),
        ({"llm": "/no/such/model.gguf"}, "failed", "no_such_file"),
        ({"whole": None}, "absent", "not_fetched"),
        ({"unfit": "memory"}, "unfit", "memory"),
        ({"whole": None, "may_fetch": True, "fails": "unreachable"}, "failed", "unreachable"),
        ({"loads": False}, "failed", "not_a_model"),
        ({}, "ready", ""),
    ],
)
async def test_each_state_has_its_reason_and_is_told_once(
    changed: dict[str, Any],
    state: str,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    told = {
        name: changed.pop(name) for name in ("whole", "unfit", "fails", "loads") if name in changed
    }

    async def fails(*_: Any) -> None:
        raise FetchFailed(told["fails"], "No source answers.")

    def missing(_: Path) -> Header:
        raise NoModel("no_such_file")

    if "whole" in told:
        monkeypatch.setattr(cache, "whole", lambda *_: told["whole"])
    if "llm" in changed:
        monkeypatch.setattr(head_module, "read_header", missing)
    monkeypatch.setattr(machine, "unfit", lambda _: told.get("unfit", ""))
    monkeypatch.setattr(background, "fetch", fails)
    FakeChild.loads = told.get("loads", True)
    head = await started(**changed)
    assert (head.status.state, head.status.reason) == (state, reason)
    assert head.is_ready == (state == "ready")
    lines = [record.message for record in caplog.records if "Language model:" in record.message]
    assert len(set(lines)) == len(lines)
    assert lines
    await head.close()


async def test_fetching_is_told_and_the_model_is_used_afterwards(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found = iter([None, Path(f"/nowhere/{ID}.gguf")])
    going = asyncio.Event()

    async def fetch(kind: str, _: Settings, on_progress: Callable[[int, int], None]) -> None:
        for percent in range(101):
            on_progress(percent * 11_173_207, 1_117_320_768)
        await going.wait()

    monkeypatch.setattr(cache, "whole", lambda *_: next(found))
    monkeypatch.setattr(background, "fetch", fetch)
    head = Head(settings(may_fetch=True))
    head.start()
    await until(lambda: head.status.fetched_bytes > 1_000_000_000)
    assert head.as_json()["state"] == "fetching"
    going.set()
    await until(lambda: head.is_ready)
    lines = [record.message for record in caplog.records if record.name == "local_ai"]
    assert "LOCAL_LLM=off" in lines[0]
    assert "LOCAL_LLM=/path/model.gguf" in lines[0]
    assert len([line for line in lines if "% fetched" in line]) == 9
    await head.close()


async def test_fetching_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()

    async def fetch(*_: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(cache, "whole", lambda *_: None)
    monkeypatch.setattr(background, "fetch", fetch)
    head = Head(settings(may_fetch=True))
    head.start()
    await until(lambda: head.status.state == "fetching")
    await head.close()
    assert ended.is_set()
