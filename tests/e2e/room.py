"""Who is in the media server's rooms, asked through its own API."""

from __future__ import annotations

import asyncio
import threading

from livekit import api
from support.media_server import MediaServer


def agents_in_room(media: MediaServer) -> list[str]:
    """The identities of all agents in all rooms."""
    return [identity for identity in participants(media) if identity.startswith("agent-")]


def participants(media: MediaServer) -> list[str]:
    """The identities of everybody in all rooms."""
    return [participant.identity for participant in _everybody(media)]


def told_of_participants(media: MediaServer) -> str:
    """All that everybody in a room sees of everybody, such as names, metadata and attributes."""
    return "\n".join(str(participant) for participant in _everybody(media))


def _everybody(media: MediaServer) -> list[api.ParticipantInfo]:
    found: list[api.ParticipantInfo] = []
    thread = threading.Thread(target=lambda: found.extend(asyncio.run(_participants(media))))
    thread.start()
    thread.join(timeout=20)
    return found


async def _participants(media: MediaServer) -> list[api.ParticipantInfo]:
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        rooms = await client.room.list_rooms(api.ListRoomsRequest())
        people = [
            await client.room.list_participants(api.ListParticipantsRequest(room=room.name))
            for room in rooms.rooms
        ]
    return [participant for answer in people for participant in answer.participants]
