"""Dispatches, with which LiveKit sends our agents to workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from livekit import api

from media_server.client import livekit_api, unless_gone
from media_server.names import agent_name
from media_server.room_settings import room_request

API_SECONDS = 5.0


async def create_dispatch(livekit_room: str, metadata: str) -> None:
    """Asks LiveKit for a worker that takes up a job with these metadata, in that room.

    Raises what LiveKit raises, and TimeoutError after 5 s.
    """
    request = api.CreateAgentDispatchRequest(
        agent_name=agent_name(),
        room=livekit_room,
        metadata=metadata,
        restart_policy=api.JobRestartPolicy.JRP_NEVER,
    )
    async with livekit_api() as client, asyncio.timeout(API_SECONDS):
        # A room that the dispatch itself made would not be marked as ours.
        await client.room.create_room(room_request(livekit_room))
        await client.agent_dispatch.create_dispatch(request)


async def delete_dispatches(livekit_room: str, is_meant: Callable[[str], bool]) -> None:
    """Takes back those of our dispatches of a room whose metadata are meant.

    A room that is not there has none.
    """
    async with livekit_api() as client:
        dispatches = await unless_gone(client.agent_dispatch.list_dispatch(livekit_room))
        for dispatch in dispatches or []:
            if dispatch.agent_name == agent_name() and is_meant(dispatch.metadata):
                deletion = client.agent_dispatch.delete_dispatch(dispatch.id, livekit_room)
                await unless_gone(deletion)
