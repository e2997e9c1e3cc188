"""The one writer of a session's events: what was stored before, and what is on its way."""

from __future__ import annotations

import asyncio

import pytest
from agent_manager.shift.writer import EventWriter
from django.db import DataError, IntegrityError, OperationalError
from structlog.testing import capture_logs
from support.waiting import until_async
from voice_sessions import steps as record
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.events import ErrorEvent, Final, Message, Speech


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


UNSTORABLE = [
    UnicodeEncodeError("utf-8", "\udc80", 0, 1, "surrogates not allowed"),
    DataError("invalid byte sequence: the words of somebody"),
    ValueError("the words of somebody"),
    RecursionError(),
]


@pytest.mark.parametrize("error", UNSTORABLE, ids=lambda error: type(error).__name__)
async def test_what_can_be_stored_nowhere_is_left_out_and_said(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    stored: list[Message] = []

    async def append(_session: str, _generation: int, message: Message, _key: str) -> None:
        if getattr(message, "segment", "") == "never":
            raise error
        stored.append(message)

    monkeypatch.setattr(record, "append", append)
    async with EventWriter("s", 1) as writer:
        for segment in ("never", "never", "next"):
            writer.emit(Final(role="user", text="the words of somebody", segment=segment))
        with capture_logs() as logs:
            async with asyncio.timeout(10):
                await writer.drained()
        assert not writer.task.done()
        assert writer.progress == []
    assert [getattr(one, "segment", getattr(one, "code", "")) for one in stored] == [
        "next",
        "not_kept",
    ]
    assert isinstance(stored[1], ErrorEvent) and not stored[1].fatal
    assert [line["event"] for line in logs] == ["message_left_out"] * 2
    assert "words of somebody" not in str(logs)


async def test_where_nothing_can_be_stored_that_is_not_said_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def append(*_: object) -> None:
        raise DataError

    monkeypatch.setattr(record, "append", append)
    async with EventWriter("s", 1) as writer:
        for number in range(20):
            writer.emit(Speech(role="user", event="speech_started", segment=str(number)))
        with capture_logs() as logs:
            async with asyncio.timeout(10):
                await writer.drained()
    assert len(logs) == 20 + 1


async def test_a_database_that_is_away_for_too_long_ends_the_writing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def append(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(record, "append", append)
    monkeypatch.setattr(record, "DATABASE_PATIENCE", 0.0)
    writer = EventWriter("s", 1)
    writer.emit(Final(role="user", text="Hello.", segment="a"))
    with pytest.raises(OperationalError):
        async with asyncio.timeout(10):
            await writer.run()
    assert writer.progress
