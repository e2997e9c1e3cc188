"""What things are called at the media server: rooms, agents, workers, this installation."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from visitors.tokens import LOCAL

AGENT_PREFIX = "agent-"
PUSH_TO_TALK_TRACK = "push-to-talk"
"""Name of a microphone's track that is on while a button is held, and muted otherwise."""
VISITOR_TAG_LENGTH = 16


def livekit_room_name(visitor: str, room: str) -> str:
    """Returns the room's name at LiveKit, which differs for each visitor: strangers never meet."""
    if visitor == LOCAL:
        return room
    return f"{room}~{_hmac(settings.VISITOR_SECRET, visitor)[:VISITOR_TAG_LENGTH]}"


def installation_id() -> str:
    """Returns what marks our rooms and agents on a media server that others use: 16 hex digits.

    It is stable and no secret.
    """
    return _hmac(settings.SECRET_KEY, f"installation {settings.LIVEKIT_API_KEY}")[:16]


def agent_name() -> str:
    """Returns the name under which our workers register; another installation has another one."""
    return f"voice-agent-{installation_id()}"


def removal_lease(livekit_room: str) -> str:
    """Returns the name of the lease that a process holds while it puts people out of a room."""
    return f"remove-{_hmac(settings.VISITOR_SECRET, livekit_room)[:24]}"


def _hmac(secret: str, value: str) -> str:
    return hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()
