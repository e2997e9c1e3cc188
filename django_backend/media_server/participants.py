"""What is done to a participant of a room."""

from __future__ import annotations

from livekit import api

from media_server.client import livekit_api, unless_gone


async def remove_participant(livekit_room: str, identity: str) -> None:
    """Puts a participant out of a room; one who is not there is not an error."""
    request = api.RoomParticipantIdentity(room=livekit_room, identity=identity)
    async with livekit_api() as client:
        await unless_gone(client.room.remove_participant(request))
