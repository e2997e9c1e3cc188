"""The one writer of a session's events: what was stored before, and what is on its way."""

from __future__ import annotations

import asyncio

import pytest
from agent_manager.shift.writer import EventWriter
from django.db import IntegrityError
from structlog.testing import capture_logs
from support.waiting import until_async
from voice_sessions import steps as record
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.events import Final, Speech


async def test_an_event_that_is_stored_already_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = []

    async def append(_session_id: str, _generation: int, message: Speech, _key: str) -> None:
        if message.segment == "twice":
            raise IntegrityError
        stored.append(message.segment)

    monkeypatch.setattr(record, "append", append)
    writer = EventWriter("s", 1)
    for segment in ("twice", "next"):
        writer.emit(Speech(role="user", event="speech_started", segment=segment))
    running = asyncio.create_task(writer.run())
    async with asyncio.timeout(10):
        await writer.drained()
    running.cancel()
    assert stored == ["next"]


async def test_words_on_their_way_to_the_record_are_known_to_the_next_beat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_store = asyncio.Event()

    async def append(_session_id: str, _generation: int, _message: Final, _key: str) -> None:
        await may_store.wait()

    monkeypatch.setattr(record, "append", append)
    writer = EventWriter("s", 1)
    writer.emit(Final(role="agent", text="Hello.", segment="a"))
    running = asyncio.create_task(writer.run())
    await until_async(lambda: not writer._queue.qsize(), what="the append is under way")
    assert writer.progress == [{"segment": "a", "role": "agent", "text": "Hello."}]
    may_store.set()
    async with asyncio.timeout(10):
        await writer.drained()
    assert writer.progress == []
    running.cancel()


@pytest.mark.parametrize("refused", [False, True])
async def test_an_agent_accounts_for_what_it_was_given_to_write(
    monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    async def append(_session: str, _generation: int, message: Speech, _key: str) -> None:
        if message.segment == "held":
            await asyncio.Event().wait()
        if message.segment == "refused":
            raise AppendRefused("s")

    monkeypatch.setattr(record, "append", append)
    writer = EventWriter("s", 1)
    for segment in ("stored", "refused" if refused else "held"):
        writer.emit(Speech(role="user", event="speech_started", segment=segment))
    with capture_logs() as logs:
        async with writer:
            await until_async(lambda: not writer._queue.qsize(), what="all is under way")
            await asyncio.sleep(0)
    (told,) = logs
    assert (told["taken"], told["stored"], told["refused"]) == (2, 1, refused)
    assert told["log_level"] == ("info" if refused else "warning")
