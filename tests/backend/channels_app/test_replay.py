"""Whatever a socket loses on its way, a page gets each event after its number once and in order."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.db import database_sync_to_async
from fakes.socket import PageSocket
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import ErrorEvent, Final, Speech
from voice_sessions.models import Session
from wakeups import wake

pytestmark = pytest.mark.usefixtures("runtime", "session")
SESSION_ID = "session-of-alice"
AT = "2026-01-31T12:00:00.000Z"
DELAY = 2.0
"""Seconds by which a lost wake-up may delay an event."""
NOISE = 1.0
"""Seconds that a busy machine may add."""
LOST_AT_RANDOM = 0.7
TOLERANCE = 0.5
"""For what a busy machine adds to that."""
BREAKS = 0.15
"""How often a socket breaks after a message."""


class Reader:
    """A page that reads a session's events through sockets which break at random."""

    def __init__(self, application: Any, chance: random.Random) -> None:
        self._application = application
        self._chance = chance
        self.seqs: list[int] = []
        self.connections = 0
        self.is_over = False

    async def read(self) -> None:
        """Returns when session_ended has come."""
        while not self.is_over:
            await self._one_socket()

    async def _one_socket(self) -> None:
        after = len(self.seqs)
        socket = PageSocket(self._application, SESSION_ID, query=f"after={after}")
        await socket.connect()
        self.connections += 1
        while not self.is_over:
            self._take(await socket.receive())
            if self._chance.random() < BREAKS:
                break
        await socket.leave()

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event") == "caught_up":
            assert message["recovered"] is True
            assert message["seq"] == len(self.seqs)
        elif "seq" in message:
            assert message["seq"] == len(self.seqs) + 1, "each event once and in order"
            self.seqs.append(message["seq"])
            self.is_over = message.get("event") == "session_ended"


def _append(message: Any) -> int:
    return int(event_log.append(SESSION_ID, 1, message).seq)


def _end() -> None:
    sessions.end(SESSION_ID, EndReason.STOPPED)
    sessions.finish(SESSION_ID)


append = database_sync_to_async(_append, thread_sensitive=False)
"""Stores an event and gives its number; several at once, as agents do."""
end = database_sync_to_async(_end, thread_sensitive=False)


async def talk(name: str, turns: int, chance: random.Random) -> None:
    """One of several who write into the session at the same time."""
    for number in range(turns):
        role: Any = chance.choice(["user", "agent"])
        segment = f"{name}-{number}"
        await append(Speech(role=role, event="speech_started", segment=segment))
        await wake.transient(SESSION_ID, interim(segment, "And"))
        await append(Speech(role=role, event="speech_ended", segment=segment))
        await append(Final(role=role, text=f"{segment}.", segment=segment))
        if chance.random() < 0.2:
            await append(ErrorEvent(code="stt_slow", message="One moment.", fatal=False))


def interim(segment: str, text: str) -> dict[str, Any]:
    return {"role": "user", "text": text, "final": False, "segment": segment, "at": AT}


@pytest.mark.parametrize("seed", range(5))
async def test_exactly_the_events_after_a_number(application: Any, seed: int) -> None:
    readers = [Reader(application, random.Random(f"{seed} {number}")) for number in range(3)]
    reading = [asyncio.create_task(reader.read()) for reader in readers]
    await asyncio.gather(*(talk(name, 4, random.Random(f"{seed} {name}")) for name in "abc"))
    await end()
    await asyncio.gather(*reading)
    session = await Session.objects.aget(id=SESSION_ID)
    for reader in readers:
        assert reader.seqs == list(range(1, session.last_seq + 1))
    assert max(reader.connections for reader in readers) > 2


@pytest.mark.parametrize("after", range(0, 9, 2))
async def test_only_a_number_beyond_the_record_begins_anew(application: Any, after: int) -> None:
    await append(Speech(role="user", event="speech_started", segment="u"))
    await append(Speech(role="user", event="speech_ended", segment="u"))
    last = await append(Final(role="user", text="Hello.", segment="u"))
    socket = await PageSocket(application, SESSION_ID, query=f"after={after}").connect()
    *backlog, told = await socket.until("caught_up")
    await socket.leave()
    is_known = after <= last
    assert told == {"event": "caught_up", "seq": last, "recovered": is_known}
    first = after if is_known else 0
    assert [message["seq"] for message in backlog] == list(range(first + 1, last + 1))


class LossyLayer:
    """Loses wake-ups: `group_send` does nothing as often as `loss` says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, chance: random.Random, loss: float) -> None:
        self.lost = 0
        self._send = wake._group_send
        self._chance = chance
        self._loss = loss
        monkeypatch.setattr(wake, "_group_send", self._group_send)

    async def _group_send(self, group: str, message: dict[str, Any]) -> None:
        if message["type"] == "event.stored" and self._chance.random() < self._loss:
            self.lost += 1
        else:
            await self._send(group, message)


@asynccontextmanager
async def words_that_keep_coming() -> AsyncIterator[None]:
    """Interims ten times a second, for the block."""

    async def speak() -> None:
        while True:
            await wake.transient(SESSION_ID, interim("other", "And so on"))
            await asyncio.sleep(0.1)

    speaking = asyncio.create_task(speak())
    try:
        yield
    finally:
        speaking.cancel()


@pytest.mark.parametrize("loss", [0.5, 1.0])
async def test_a_lost_wake_up_delays_by_two_seconds_and_loses_nothing(
    application: Any, monkeypatch: pytest.MonkeyPatch, loss: float
) -> None:
    layer = LossyLayer(monkeypatch, random.Random(1), loss)
    socket = await PageSocket(application, SESSION_ID, query="after=1").connect()
    await socket.until("caught_up")
    stored: dict[int, float] = {}
    async with words_that_keep_coming():
        writing = asyncio.create_task(_write_slowly(stored))
        delays = [await _delay(socket, seq, stored) for seq in range(2, 8)]
        await writing
    await socket.leave()
    assert layer.lost
    assert max(delays) <= DELAY + TOLERANCE


async def _write_slowly(stored: dict[int, float]) -> None:
    for number in range(6):
        seq = await append(ErrorEvent(code="stt_slow", message=f"{number}.", fatal=False))
        stored[seq] = time.monotonic()
        await asyncio.sleep(0.4)


async def _delay(socket: PageSocket, seq: int, stored: dict[int, float]) -> float:
    """Seconds from an event's being stored until the page had it; it is the next durable one."""
    async with asyncio.timeout(10):
        while "seq" not in (message := await socket.receive()):
            pass
    assert message["seq"] == seq
    return time.monotonic() - stored.get(seq, time.monotonic())
