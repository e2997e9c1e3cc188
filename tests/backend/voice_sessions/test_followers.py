"""A follower reads a log after a number: what it was told of, and by itself what nobody told."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from voice_sessions import followers
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import ErrorEvent
from voice_sessions.followers import Follower
from voice_sessions.models import Session


@pytest.fixture
async def log(session: Session) -> Session:
    """A session with four events, of which session_started is the first."""
    for _ in range(3):
        await store(session)
    return session


@sync_to_async
def store(session: Session) -> int:
    trouble = ErrorEvent(code="test", message="Trouble.", fatal=False)
    return event_log.append(session.id, 1, trouble).seq


@sync_to_async
def end(session: Session) -> None:
    sessions.end(session.id, EndReason.STOPPED)
    sessions.finish(session.id)


async def handed_on(follower: Follower) -> list[int]:
    """The numbers of what a reader hands on until the follower wants to rest."""
    seqs = []
    while events := await follower.read():
        for event in events:
            seqs.append(event.seq)
            follower.passed(event)
    return seqs


@pytest.mark.parametrize(
    ("after", "is_recovered", "seqs"),
    [(0, True, [1, 2, 3, 4]), (2, True, [3, 4]), (4, True, []), (5, False, [1, 2, 3, 4])],
)
async def test_it_reads_on_from_a_number_that_the_log_has(
    log: Session, after: int, is_recovered: bool, seqs: list[int]
) -> None:
    follower = Follower(log.id, after)
    progress, had_the_place = await follower.begin()
    assert (progress.last_seq, had_the_place) == (4, is_recovered)
    assert await handed_on(follower) == seqs


async def test_without_a_number_it_begins_at_the_start(log: Session) -> None:
    follower = Follower(log.id, None)
    _, is_recovered = await follower.begin()
    assert not is_recovered
    assert await handed_on(follower) == [1, 2, 3, 4]


async def test_woken_it_reads_what_was_announced_and_leaves_the_rest(log: Session) -> None:
    follower = Follower(log.id, 4)
    await follower.begin()
    for _ in range(2):
        await store(log)
    follower.wake(5)
    assert await follower.rest()
    assert await handed_on(follower) == [5]
    follower.wake()
    assert await follower.rest()
    assert await handed_on(follower) == []


async def test_unwoken_it_looks_by_itself(log: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "QUIET_SECONDS", 0.05)
    follower = Follower(log.id, 4)
    await follower.begin()
    await store(log)
    assert not await follower.rest()
    assert await handed_on(follower) == [5]


async def test_wake_ups_that_tell_of_no_event_do_not_keep_it_from_looking(
    log: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "QUIET_SECONDS", 0.05)
    follower = Follower(log.id, 4)
    await follower.begin()
    await store(log)
    async with asyncio.timeout(5):
        while await _rested_until_words_came(follower):
            assert await handed_on(follower) == []
    assert await handed_on(follower) == [5]


async def _rested_until_words_came(follower: Follower) -> bool:
    asyncio.get_running_loop().call_later(0.01, follower.wake)
    return await follower.rest()


async def test_what_was_not_passed_is_read_again(log: Session) -> None:
    follower = Follower(log.id, 2)
    await follower.begin()
    first, _ = await follower.read()
    assert [event.seq for event in await follower.read()] == [3, 4]
    follower.passed(first)
    assert [event.seq for event in await follower.read()] == [4]


async def test_a_long_log_comes_in_parts(log: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "BATCH", 3)
    follower = Follower(log.id, 0)
    await follower.begin()
    assert len(await follower.read()) == 3
    assert await handed_on(follower) == [1, 2, 3, 4]


async def test_it_is_over_when_session_ended_was_passed(log: Session) -> None:
    await end(log)
    follower = Follower(log.id, 4)
    await follower.begin()
    assert not follower.is_over
    assert await handed_on(follower) == [5]
    assert follower.is_over
    knows_all = Follower(log.id, 5)
    await knows_all.begin()
    assert knows_all.is_over
