"""How a room of ours is made, by whichever token or call makes it first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from livekit import api
from livekit.protocol.room import RoomConfiguration

from media_server.names import installation_id

EMPTY_ROOM_SECONDS = 300
DEPARTURE_MARGIN_SECONDS = 60
PEOPLE_IN_A_ROOM = 1
"""LiveKit does not count agents, and whoever joins again under one identity replaces themselves."""


def room_request(livekit_room: str) -> api.CreateRoomRequest:
    """Returns a request that makes a room of ours where there is none."""
    return api.CreateRoomRequest(name=livekit_room, **_room_settings())


def room_config(livekit_room: str) -> RoomConfiguration:
    """Returns the same settings as a part of a token, for whoever joins first."""
    return RoomConfiguration(name=livekit_room, **_room_settings())


def _room_settings() -> dict[str, Any]:
    """Marks the room as ours, and keeps it for longer than a person may be away (seconds)."""
    return {
        "empty_timeout": EMPTY_ROOM_SECONDS,
        "max_participants": PEOPLE_IN_A_ROOM,
        "departure_timeout": settings.SESSION_GRACE_SECONDS + DEPARTURE_MARGIN_SECONDS,
        "metadata": installation_id(),
    }
