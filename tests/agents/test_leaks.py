"""Sessions that are over leave nothing in the backend: no task, thread, socket, file or memory of it."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import psutil
import pytest
from agent_manager.manager import AgentManager
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from config.stages import Stage
from django.core.management import call_command
from django.db import connections
from fakes.openai_api import OpenAIStandIn
from livekit import api, rtc
from support.media_server import MediaServer
from support.waiting import until_async
from voice_sessions import actions
from voice_sessions.models import EndReason, Event, Session

from .conftest import KEY

AT_ONCE = 5
WARM_UP = 2
ROUNDS = 10
"""Of five sessions each; in every one of them one session has a person in its room."""
SETTLED_SECONDS = 20.0
_numbers = itertools.count(1)


@pytest.fixture
def record(django_db_blocker: Any) -> Any:
    """The record in a real file, empty afterwards."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        connections.close_all()
        yield
        Event.objects.all()._raw_delete("default")
        Session.objects.all()._raw_delete("default")
        connections.close_all()


@pytest.fixture
async def manager(
    record: None, media: MediaServer, openai_api: OpenAIStandIn, settings: Any
) -> AsyncIterator[AgentManager]:
    """Agents in this process, with the real media server and a stand-in for speech."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = media.url, media.api_key
    settings.LIVEKIT_API_SECRET = media.api_secret
    settings.GREETING = "Hello."
    settings.STAGES = {
        name: Stage(openai_api.base_url, KEY, "model-of-the-stand-in")
        for name in ("stt", "llm", "tts")
    }
    manager = AgentManager()
    await manager.open()
    yield manager
    await manager.shutdown()


async def test_fifty_sessions_leave_nothing_behind(
    manager: AgentManager, media: MediaServer
) -> None:
    for _ in range(WARM_UP):
        await sessions_at_once(manager, media)
    await asyncio.sleep(2)
    before = await settled()
    for _ in range(ROUNDS):
        await sessions_at_once(manager, media)
        print(what_is_there())
    after: Counter[str] = Counter()

    def fallen() -> bool:
        nonlocal after
        after = what_is_there()
        return not after - before

    try:
        await until_async(fallen, seconds=SETTLED_SECONDS)
    except AssertionError:
        raise AssertionError(f"left behind: {after - before}") from None


async def settled():
    return what_is_there()


async def sessions_at_once(manager: AgentManager, media: MediaServer) -> None:
    """Five sessions from start to end, the first with a person in its room."""
    rooms = [f"leaks-{next(_numbers)}" for _ in range(AT_ONCE)]
    async with in_room(media, rooms[0]):
        await asyncio.gather(*(whole_session(manager, room) for room in rooms))


async def whole_session(manager: AgentManager, room: str) -> None:
    """A session that begins, is greeted in, and is stopped."""
    session, _ = await sync_to_async(actions.start)("local", room, "ada")
    await manager.start(session.id)

    async def state() -> bool:
        await session.arefresh_from_db()
        return session.state in ("active", "ended")

    await until_async(state, what="the session is active")
    await sync_to_async(actions.end)(session.id, EndReason.STOPPED)
    await manager.settle(session.id)

    async def over() -> bool:
        await session.arefresh_from_db()
        return session.state == "ended"

    await until_async(over, what="the session has ended")


@asynccontextmanager
async def in_room(media: MediaServer, room: str) -> AsyncIterator[None]:
    """A person without a microphone in the room for the block."""
    grants = api.VideoGrants(room_join=True, room=room)
    token = api.AccessToken(media.api_key, media.api_secret).with_identity("ada")
    ada = rtc.Room()
    await ada.connect(media.url, token.with_grants(grants).to_jwt())
    try:
        yield
    finally:
        await ada.disconnect()


def what_is_there() -> Counter[str]:
    """How many tasks, threads, file descriptors and objects of sessions this process has."""
    gc.collect()
    process = psutil.Process()
    tasks = [f"task {task.get_coro().__qualname__}" for task in asyncio.all_tasks()]
    threads = [f"thread {thread.name.rpartition('_')[0]}" for thread in threading.enumerate()]
    layer = get_channel_layer()
    found = Counter([*tasks, *threads])
    found["file descriptors"] = process.num_fds()
    found["threads"] = process.num_threads()
    found["sockets"] = len(process.net_connections())
    found["channels"] = len(layer.channels)
    found["groups"] = len(layer.groups)
    kinds = Counter(type(one).__name__ for one in gc.get_objects())
    for kind in ("Room", "AgentSession", "Reporter", "EventWriter", "Pipeline"):
        found[f"object {kind}"] = kinds[kind]
    return found
