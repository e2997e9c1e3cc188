"""Pieces on their way into a storage that is slow, away or full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from agent_manager.recording import keeper
from agent_manager.recording.keeper import NOT_RECORDED, Keeper, Sound
from asgiref.sync import sync_to_async
from common.tasks import cancel
from fakes.recorded import BEGAN, objects, recorded_session
from voice_sessions.actions import erasing, generations
from voice_sessions.events import Message
from voice_sessions.models import Piece, Session
from voice_sessions.recordings import ogg, storage

pytestmark = pytest.mark.usefixtures("record")
PACKETS = [ogg.SILENCE] * 250


def sound(number: int) -> Sound:
    return Sound(number, BEGAN + timedelta(seconds=5 * number), PACKETS)


@asynccontextmanager
async def keeping(told: list[Message]) -> AsyncIterator[tuple[Keeper, str]]:
    session_id = await sync_to_async(recorded_session)()
    session = await Session.objects.aget(id=session_id)
    kept = Keeper(session, told.append)
    running = asyncio.create_task(kept.run())
    try:
        yield kept, session_id
    finally:
        await cancel(running)


async def numbers() -> list[int]:
    return [number async for number in Piece.objects.values_list("number", flat=True)]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
    """Makes so many saves fail; the list is of the sessions for which one was tried."""
    monkeypatch.setattr(keeper, "FIRST_PAUSE", 0.001)

    def fail(times: int) -> list[str]:
        tried: list[str] = []
        save = storage.save

        def save_later(session_id: str, written: bytes) -> str:
            tried.append(session_id)
            if len(tried) <= times:
                raise OSError("no space left")
            return save(session_id, written)

        monkeypatch.setattr(storage, "save", save_later)
        return tried

    return fail


async def test_a_save_that_fails_is_tried_again(failing: Callable[[int], list[str]]) -> None:
    told: list[Message] = []
    tried = failing(keeper.ATTEMPTS - 1)
    async with keeping(told) as (kept, _):
        kept.take(sound(0))
        await kept.kept()
    assert (await numbers(), told, len(tried)) == ([0], [], keeper.ATTEMPTS)


async def test_what_cannot_be_kept_is_told_once_and_what_follows_is_kept(
    failing: Callable[[int], list[str]],
) -> None:
    told: list[Message] = []
    failing(2 * keeper.ATTEMPTS)
    async with keeping(told) as (kept, _):
        for number in range(4):
            kept.take(sound(number))
        await kept.kept()
    assert (await numbers(), told) == ([2, 3], [NOT_RECORDED])


async def test_a_storage_that_hangs_holds_up_nobody_and_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Message] = []
    monkeypatch.setattr(keeper, "SAVE_SECONDS", 0.2)
    monkeypatch.setattr(keeper, "FIRST_PAUSE", 0.001)
    hanging = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(*_: object) -> str:
        asyncio.run_coroutine_threadsafe(hanging.wait(), loop).result()
        raise OSError

    monkeypatch.setattr(storage, "save", hang)
    async with keeping(told) as (kept, _):
        for number in range(keeper.MOST_WAITING + 10):
            kept.take(sound(number))
        assert kept._waiting.qsize() <= keeper.MOST_WAITING
        hanging.set()
        await kept.kept()
    assert told == [NOT_RECORDED]


async def test_an_agent_with_a_successor_leaves_no_object_behind(folder: Path) -> None:
    told: list[Message] = []
    async with keeping(told) as (kept, session_id):
        await sync_to_async(generations.replace)(session_id, 1, lost=True)
        kept.take(sound(0))
        await kept.kept()
        kept.take(sound(1))
        await kept.kept()
    assert (await numbers(), objects(folder), told) == ([], [], [])


async def test_a_last_piece_that_comes_after_the_deletion_is_not_kept(folder: Path) -> None:
    async with keeping([]) as (kept, session_id):
        await Session.objects.filter(id=session_id).aupdate(state="ended", erased=True)
        kept.take(sound(0))
        await kept.kept()
    assert (await numbers(), objects(folder)) == ([], [])
    await sync_to_async(erasing.sweep)()
