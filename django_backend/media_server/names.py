"""What things are called at the media server: rooms, agents, workers, this installation."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

LOCAL_VISITOR = "local"
AGENT_PREFIX = "agent-"
VISITOR_TAG_LENGTH = 16


def livekit_room_name(visitor: str, room: str) -> str:
    """The room's name at LiveKit, each visitor's own: strangers with one name never meet."""
    if visitor == LOCAL_VISITOR:
        return room
    return f"{room}~{_hmac(settings.VISITOR_SECRET, visitor)[:VISITOR_TAG_LENGTH]}"


def installation_id() -> str:
    """What marks our agents among those of others on the same media server; stable, not secret."""
    return _hmac(settings.SECRET_KEY, f"installation {settings.LIVEKIT_API_KEY}")[:16]


def agent_name() -> str:
    """The name under which our workers register: those of other installations have others."""
    return f"voice-agent-{installation_id()}"


def removal_lease(livekit_room: str) -> str:
    """The name of the lease under which people are put out of a room."""
    return f"remove-{_hmac(settings.VISITOR_SECRET, livekit_room)[:24]}"


def _hmac(secret: str, value: str) -> str:
    return hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()
