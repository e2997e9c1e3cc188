"""Dispatches, with which LiveKit sends our agents to workers."""

from __future__ import annotations

from collections.abc import Callable

from livekit import api

from media_server.client import livekit_api
from media_server.names import agent_name


async def delete_dispatches(livekit_room: str, is_meant: Callable[[str], bool]) -> None:
    """Takes back those of our dispatches of a room whose metadata are meant.

    A room that is not there has none.
    """
    async with livekit_api() as client:
        try:
            for dispatch in await client.agent_dispatch.list_dispatch(livekit_room):
                if dispatch.agent_name == agent_name() and is_meant(dispatch.metadata):
                    await client.agent_dispatch.delete_dispatch(dispatch.id, livekit_room)
        except api.ServerError as error:
            if error.code != api.ServerErrorCode.NOT_FOUND:
                raise
