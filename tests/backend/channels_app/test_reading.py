"""One reading serves all sockets of a session: each event once and in order, whatever happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels_app import pump, reading
from channels_app.pump import Pump
from channels_app.reading import Reading, reading_of
from fakes.socket import Open
from fakes.visitors import ALICE
from support.waiting import until_async
from voice_sessions import followers
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final, Speech
from voice_sessions.models import Session
from wakeups import wake

pytestmark = pytest.mark.usefixtures("runtime", "session")
SESSION_ID = "session-of-alice"
AT = "2026-01-31T12:00:00.000Z"
SECONDS = 60.0
LOST = 0.3
"""How often a wake-up is lost."""


def _append(message: Any, session_id: str = SESSION_ID) -> int:
    return int(event_log.append(session_id, 1, message).seq)


def _end(session_id: str) -> None:
    sessions.end(session_id, EndReason.STOPPED)
    sessions.finish(session_id)


def _another(number: int) -> str:
    room = f"room-{number}"
    session = Session.objects.create(visitor=ALICE, room=room, identity="ann")
    sessions.activate(session.id, 1)
    return str(session.id)


append = database_sync_to_async(_append, thread_sensitive=False)
end = database_sync_to_async(_end, thread_sensitive=False)
another = database_sync_to_async(_another, thread_sensitive=False)


class Page:
    """A page behind a pump: it takes messages while its gate is open, slowly where it is told to.

    It has the events up to `seqs[-1]`, or `after`.
    """

    def __init__(self, after: int = 0, slowness: float = 0.0, session_id: str = SESSION_ID) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.seqs: list[int] = []
        self.finals: set[str] = set()
        self._after = after
        self._slowness = slowness
        self.session_id = session_id
        self._reading = reading_of(session_id)
        self.pump = Pump(self._reading, after, self._take)
        self._reading.add(self.pump)
        self.running = asyncio.create_task(self.pump.run())

    async def leave(self) -> None:
        """Goes, and returns when nothing of it is left."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self._reading.remove(self.pump)

    async def _take(self, text: str) -> None:
        await self.gate.wait()
        await asyncio.sleep(random.uniform(0, self._slowness))
        message = json.loads(text)
        if message.get("final") is False:
            assert message["segment"] not in self.finals, "no interim follows its final"
        elif "at" in message:
            assert message["seq"] == self._after + len(self.seqs) + 1, "each once and in order"
            self.seqs.append(message["seq"])
            if message.get("final"):
                self.finals.add(message["segment"])


@pytest.fixture
async def pages() -> AsyncIterator[list[Page]]:
    """Pages that leave when the test is over; then there is no reading any more."""
    found: list[Page] = []
    yield found
    for page in found:
        await page.leave()
    assert not reading._readings


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers after which the record is read from now on."""
    reads: list[int] = []
    read = followers._events_after

    async def counted(session_id: str, seq: int, *rest: Any) -> Any:
        reads.append(seq)
        return await read(session_id, seq, *rest)

    monkeypatch.setattr(followers, "_events_after", counted)
    return reads


async def test_an_event_is_read_once_for_all_sockets(
    open_socket: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "QUIET_SECONDS", 3600)
    sockets = [await open_socket() for _ in range(5)]
    for socket in sockets:
        await socket.until("caught_up")
    reads = count_reads(monkeypatch)
    await append(Speech(role="user", event="speech_started", segment="u1"))
    assert [(await socket.receive())["seq"] for socket in sockets] == [2] * 5
    assert reads == [1]


async def test_who_takes_nothing_holds_up_nobody_and_gets_all_from_the_record(
    pages: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_EVENTS", 2)
    slow, quick = Page(), Page()
    pages += [slow, quick]
    await until_async(lambda: slow.seqs and quick.seqs, what="both have the first event")
    slow.gate.clear()
    for number in range(10):
        await append(Speech(role="user", event="speech_started", segment=f"u{number}"))
    await until_async(lambda: len(quick.seqs) == 11, what="the quick one has all")
    assert len(slow._reading._kept) <= 2
    assert slow.seqs == [1]
    slow.gate.set()
    await until_async(lambda: slow.seqs == quick.seqs, what="the slow one has all")


async def test_a_reading_that_fails_ends_its_sockets_and_the_next_one_is_another(
    open_socket: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await open_socket()
    await socket.until("caught_up")

    async def fail(*_: Any) -> None:
        raise ValueError

    with monkeypatch.context() as broken:
        broken.setattr(followers, "_events_after", fail)
        await append(Speech(role="user", event="speech_started", segment="u1"))
        assert await socket.close_code() == 1011
    again = await open_socket(query="after=1")
    assert [message["seq"] for message in await again.until("caught_up")] == [2, 2]


async def test_a_reading_ends_with_its_last_socket(open_socket: Open) -> None:
    first, second = await open_socket(), await open_socket()
    for socket in (first, second):
        await socket.until("caught_up")
    found = reading_of(SESSION_ID)
    await first.leave()
    assert reading_of(SESSION_ID) is found
    await second.leave()
    assert not reading._readings
    assert found._running
    assert found._running.done()


@pytest.mark.parametrize("seed", range(6))
async def test_whoever_comes_whenever_has_each_event_once_and_in_order(
    pages: list[Page], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(followers, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(followers._together, "_most", 2)
    monkeypatch.setattr(reading, "MOST_EVENTS", 3)
    monkeypatch.setattr(reading, "WOKEN_AT_ONCE", 2)
    _lose_wake_ups(monkeypatch, chance)
    ids = [SESSION_ID, *[await another(number) for number in range(seed)]]
    async with asyncio.timeout(SECONDS):
        for number in range(25):
            await asyncio.gather(*(_one_turn(f"u{number}", session_id) for session_id in ids))
            if chance.random() < 0.6:
                chosen = chance.choice(ids)
                slowness = chance.choice([0, 0.002, 0.02])
                pages.append(Page(chance.randint(0, await _last(chosen)), slowness, chosen))
            if pages and chance.random() < 0.2:
                await pages.pop(chance.randrange(len(pages))).leave()
        await asyncio.gather(*map(end, ids))
        await asyncio.gather(*(page.running for page in pages))
    assert pages
    for page in pages:
        assert page.seqs == list(range(page._after + 1, await _last(page.session_id) + 1))


async def _last(session_id: str) -> int:
    return int((await Session.objects.aget(id=session_id)).last_seq)


def _lose_wake_ups(monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
    send = wake._group_send

    async def lossy(group: str, message: Any) -> None:
        if message["type"] != "event.stored" or chance.random() > LOST:
            await send(group, message)

    monkeypatch.setattr(wake, "_group_send", lossy)


async def _one_turn(segment: str, session_id: str) -> None:
    words = {"role": "user", "text": "And", "final": False, "segment": segment, "at": AT}
    await append(Speech(role="user", event="speech_started", segment=segment), session_id)
    await wake.transient(session_id, words)
    await append(Final(role="user", text="And so on.", segment=segment), session_id)
    await wake.transient(session_id, words)


async def test_what_the_record_lacks_is_passed_over(
    pages: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "OTHERS_SECONDS", 0.01)
    await Session.objects.filter(id=SESSION_ID).aupdate(last_seq=3)
    page = Page()
    pages.append(page)
    await until_async(lambda: page.pump.sent == 3, what="it is past the missing ones")
    assert page.seqs == [1]


def test_a_reading_knows_from_which_event_on_a_final_is_known() -> None:
    found = Reading(SESSION_ID)
    found.settle(["u1"], 9)
    found.settle(["u1"], 7)
    assert [found.is_settled("u1", seq) for seq in (6, 7)] == [False, True]
    assert not found.is_settled("u2", 100)
