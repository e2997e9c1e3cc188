"""Participants of rooms."""

from __future__ import annotations

from livekit import api

from media_server.client import livekit_api


async def remove_participant(livekit_room: str, identity: str) -> None:
    """Puts a participant out of a room; one who is not there is not an error."""
    async with livekit_api() as client:
        try:
            await client.room.remove_participant(
                api.RoomParticipantIdentity(room=livekit_room, identity=identity)
            )
        except api.ServerError as error:
            if error.code != api.ServerErrorCode.NOT_FOUND:
                raise
