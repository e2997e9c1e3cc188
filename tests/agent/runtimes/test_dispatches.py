"""What settling a session takes back at a real media server, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from agent_manager.runtimes.dispatch import Assignment, DispatchRuntime
from asgiref.sync import sync_to_async
from media_server.client import livekit_api
from media_server.names import agent_name, livekit_room_name
from support.media_server import MediaServer
from support.waiting import until_async
from voice_sessions.actions import sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.models import Session


@pytest.fixture
async def dispatcher(record: None, media: MediaServer, settings: Any) -> DispatchRuntime:
    """The dispatch runtime at the media server, to which no worker has come."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = media.url, media.api_key
    settings.LIVEKIT_API_SECRET = media.api_secret
    return DispatchRuntime()


async def test_settling_a_session_leaves_the_next_one_in_its_room_its_agent(
    dispatcher: DispatchRuntime,
) -> None:
    first = await started(dispatcher)
    await sync_to_async(sessions.end)(first.id, EndReason.STOPPED)
    await sync_to_async(sessions.finish)(first.id)
    second = await started(dispatcher)
    assert set(await dispatched(first)) == {first.id, second.id}
    await dispatcher.settle(first.id)

    async def is_only_the_second() -> bool:
        return await dispatched(first) == [second.id]

    await until_async(is_only_the_second, what="the first session's dispatch is taken back")
    await dispatcher.shutdown()


async def started(dispatcher: DispatchRuntime) -> Session:
    session, _ = await sync_to_async(sessions.start)(NewSession("local", "kitchen", "ada"))
    await dispatcher.start(session.id)
    return session


async def dispatched(session: Session) -> list[str]:
    """The sessions that dispatches in its room are for."""
    room = livekit_room_name(session.visitor, session.room)
    async with livekit_api() as client:
        found = await client.agent_dispatch.list_dispatch(room)
    ours = [dispatch.metadata for dispatch in found if dispatch.agent_name == agent_name()]
    return [Assignment.from_json(metadata).session_id for metadata in ours]
