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
"""Agents do not count, and who joins again under one identity takes that one's place."""


def room_request(livekit_room: str) -> api.CreateRoomRequest:
    """Makes a room of ours where there is none."""
    return api.CreateRoomRequest(name=livekit_room, **_room_settings())


def room_config(livekit_room: str) -> RoomConfiguration:
    """The same as a part of a token."""
    return RoomConfiguration(name=livekit_room, **_room_settings())


def _room_settings() -> dict[str, Any]:
    """A room of ours says so, and outlasts the time for which a person may be away."""
    return {
        "empty_timeout": EMPTY_ROOM_SECONDS,
        "max_participants": PEOPLE_IN_A_ROOM,
        "departure_timeout": settings.SESSION_GRACE_SECONDS + DEPARTURE_MARGIN_SECONDS,
        "metadata": installation_id(),
    }
