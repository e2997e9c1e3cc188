"""Sessions that are over leave nothing in the process: no task, thread, socket, file or object."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from agent_manager.runtimes.base import AgentUnavailable
from agent_manager.runtimes.embedded import SETTLE_TIMEOUT, EmbeddedRuntime
from agent_manager.shift import leaving as closing
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from livekit import api, rtc
from livekit.agents.voice import AgentSession
from media_server import rooms
from media_server.names import livekit_room_name
from support import person
from support.media_server import MediaServer
from support.slow import but_first
from support.waiting import until_async
from voice_sessions.actions import sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason

from agent.conftest import KEY

AT_ONCE, WITH_PERSON = 6, 5
ROUNDS = but_first([4, 9])
"""What each session left would be more than pools hold; `make faults` has the larger number."""
POOL_SIZE = 2 * AT_ONCE
SETTLED_SECONDS, QUIET_SECONDS = 15.0, 2.0
POOLED = re.compile(
    r"^thread .*_\d+$|tokio-rt-worker$|\.sqlite[\w-]*$|^socket SOCK_STREAM to speech$"
)
"""What pools hold: they grow as they are used, to as much as was used at once, and keep it."""
NUMBERED = re.compile(r":?\[?\d+\]?")
OF_A_SESSION = (
    "Room",
    "AgentSession",
    "Listeners",
    "EventWriter",
    "Pipeline",
    "Shift",
    "Conversation",
    "LimitWatch",
)
_numbers = itertools.count(1)


@pytest.fixture
async def manager(
    record: None, media: MediaServer, openai_api: OpenAIStandIn, settings: Any
) -> AsyncIterator[EmbeddedRuntime]:
    """Agents in this process, with the real media server and a stand-in for speech."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = media.url, media.api_key
    settings.LIVEKIT_API_SECRET = media.api_secret
    settings.GREETING = "Hello."
    settings.SERVICES = {
        name: Service(openai_api.base_url, KEY, "model-of-the-stand-in")
        for name in ("stt", "llm", "tts")
    }
    manager = EmbeddedRuntime()
    await manager.open()
    await until_async(lambda: tasks()["task _keep_telling"], what="it tells what it learns")
    gc.collect()
    gc.freeze()  # what is there already need not be looked through each time
    yield manager
    gc.unfreeze()
    await manager.shutdown()


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Garbage stays, which would otherwise take pending tasks along."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("rounds", ROUNDS)
async def test_sessions_leave_nothing_behind(
    manager: EmbeddedRuntime, media: MediaServer, rounds: int
) -> None:
    async with in_room(media, "as-long-as-the-test"):
        without_sessions = objects_of_sessions()
        await sessions_at_once(manager, media)
        before = Counter({**await settled(), **without_sessions})
        for _ in range(rounds):
            await sessions_at_once(manager, media)
        left = await left_behind(before)
        assert not left, holders(left)


async def test_an_agent_that_is_cancelled_while_it_closes_ends_its_tasks(
    manager: EmbeddedRuntime, media: MediaServer, monkeypatch: pytest.MonkeyPatch, uncollected: None
) -> None:
    close = AgentSession.aclose

    async def slowly(voice: AgentSession) -> None:
        await asyncio.sleep(SETTLE_TIMEOUT + 1)
        await close(voice)

    monkeypatch.setattr(AgentSession, "aclose", slowly)
    before = tasks()
    async with in_room(media, "slow-to-close"):
        await whole_session(manager, "slow-to-close")
    await until_async(lambda: not tasks() - before, what="the agent has ended its tasks")


async def test_an_agent_that_enters_too_late_does_not_stay(
    manager: EmbeddedRuntime, media: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_room(media, "as-long-as-the-test"):
        await sessions_at_once(manager, media)
        before = await settled()
        monkeypatch.setattr(closing, "ENTER_TIMEOUT", 0.001)
        session, _ = await sync_to_async(sessions.start)(NewSession("local", "too-late", "ada"))
        with pytest.raises(AgentUnavailable):
            await manager.start(session.id)
        left = await left_behind(before)
        assert not left, holders(left)

        async def is_empty() -> bool:
            view = await rooms.look_at(livekit_room_name("local", "too-late"))
            return view is None or view.is_empty

        await until_async(is_empty, what="the agent has left")


async def left_behind(before: Counter[str]) -> Counter[str]:
    """What there is more of than before, however long one waits."""
    left: Counter[str] = Counter()

    def gone() -> bool:
        nonlocal left
        left = what_is_there() - before
        for name in [name for name in left if POOLED.search(name) and left[name] <= POOL_SIZE]:
            del left[name]
        return not left

    with contextlib.suppress(AssertionError):
        await until_async(gone, seconds=SETTLED_SECONDS)
    return left


def holders(left: Counter[str]) -> str:
    """Which types of objects hold those of a session that are left, and who holds these."""
    kinds = {name.removeprefix("object ") for name in left}
    lines = [str(left)]
    for one in [one for one in gc.get_objects() if type(one).__name__ in kinds]:
        found = [each for each in gc.get_referrers(one) if not isinstance(each, list)]
        names = [(type(each), [type(other) for other in gc.get_referrers(each)]) for each in found]
        lines.append(f"{one!r:.200} held by {names}")
    return "\n".join(lines)


async def settled() -> Counter[str]:
    """What is there when nothing has become less for a while: connections close behind us."""
    least = what_is_there()
    since = time.monotonic()

    def quiet() -> bool:
        nonlocal least, since
        now = what_is_there()
        if least - now:
            least, since = now, time.monotonic()
        return time.monotonic() - since > QUIET_SECONDS

    await until_async(quiet, seconds=SETTLED_SECONDS, what="what is closing has closed")
    return least


async def sessions_at_once(manager: EmbeddedRuntime, media: MediaServer) -> None:
    """Sessions from start to end, one of them in a room to which nobody comes."""
    names = [f"leaks-{next(_numbers)}" for _ in range(AT_ONCE)]
    async with AsyncExitStack() as people:
        for name in names[:WITH_PERSON]:
            await people.enter_async_context(in_room(media, name))
        await asyncio.gather(*(whole_session(manager, name) for name in names))


async def whole_session(manager: EmbeddedRuntime, room: str) -> None:
    """A session that begins, is greeted in if somebody is there, and is stopped."""
    session, _ = await sync_to_async(sessions.start)(NewSession("local", room, "ada"))
    await manager.start(session.id)

    async def state() -> bool:
        await session.arefresh_from_db()
        return session.state in ("active", "ended")

    await until_async(state, what="the session is active")
    await sync_to_async(sessions.end)(session.id, EndReason.STOPPED)
    await manager.settle(session.id)

    async def over() -> bool:
        await session.arefresh_from_db()
        return session.state == "ended"

    await until_async(over, what="the session has ended")


def in_room(media: MediaServer, room: str) -> AbstractAsyncContextManager[rtc.Room]:
    """A person without a microphone in the room for the block."""
    grants = api.VideoGrants(room_join=True, room=room)
    token = api.AccessToken(media.api_key, media.api_secret).with_identity("ada")
    return person.in_room(media.url, token.with_grants(grants).to_jwt())


def what_is_there() -> Counter[str]:
    """How many tasks, threads, sockets, files and objects of sessions this process has."""
    for handler in logging.getLogger().handlers:  # pytest's keep errors, and what they were about
        getattr(handler, "records", []).clear()
    gc.collect()
    process, layer = psutil.Process(), get_channel_layer()
    return Counter(
        {
            **tasks(),
            **Counter(f"thread {name}" for name in _threads()),
            **objects_of_sessions(),
            **Counter(native_threads()),
            **Counter(_file_descriptors()),
            **Counter(_sockets(process)),
            "channels": len(layer.channels),
            "groups": len(layer.groups),
        }
    )


def objects_of_sessions() -> Counter[str]:
    """How many objects there are of each type that sessions are made of."""
    kinds = Counter(type(one).__name__ for one in gc.get_objects())
    return Counter({f"object {kind}": kinds[kind] for kind in OF_A_SESSION})


def tasks() -> Counter[str]:
    """The tasks by the names of their coroutines."""
    running = [task.get_coro() for task in asyncio.all_tasks()]
    return Counter(f"task {getattr(one, '__qualname__', type(one).__name__)}" for one in running)


def _threads() -> list[str]:
    """The names of Python's own threads: one of a library that called Python is a Dummy."""
    names = (thread.name for thread in threading.enumerate())
    return [name for name in names if not name.startswith("Dummy-")]


def native_threads() -> list[str]:
    """The names that the system knows the threads by that Python did not start."""
    own = {thread.native_id for thread in threading.enumerate() if "Dummy-" not in thread.name}
    names = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            if int(task.name) not in own:
                names.append(f"native thread {(task / 'comm').read_text().strip()}")
    return names


def _file_descriptors() -> list[str]:
    """What each open file descriptor is for, sockets left out."""
    kinds = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            kinds.append(NUMBERED.sub("", str(entry.readlink())))
    return [f"file descriptor {kind}" for kind in kinds if kind != "socket"]


def _sockets(process: psutil.Process) -> list[str]:
    """The sockets; those to the stand-in for speech, which runs in this process, by that name."""
    found = process.net_connections("all")
    served = {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}
    names = []
    for one in found:
        ends = [end for end in (one.laddr, one.raddr) if not isinstance(end, str) and end]
        is_speech = any(end.port in served for end in ends)
        names.append(f"socket {one.type.name} {'to speech' if is_speech else ends[-1:]}")
    return names
