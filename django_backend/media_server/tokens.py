"""The tokens with which people and agents join rooms, and what the attributes in them tell."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from livekit import api
from voice_sessions.models import Session

from media_server.names import installation_id, livekit_room_name
from media_server.room_settings import room_config

PARTICIPANT_TOKEN_LIFETIME = timedelta(minutes=15)
AFTER, PASS = "after", "pass"
"""What a person's token tells: how many sessions of the room were over, and which token it is."""


def participant_token(
    visitor: str, room: str, identity: str, name: str = "", *, over: int = 0
) -> tuple[str, datetime]:
    """Returns a token for one person in one room, who may publish a microphone, and its expiry.

    It carries the room's settings, because LiveKit's own (20 s) would race our grace period, and
    tells how many sessions of the room were over when it was made. LiveKit keeps that when it
    renews the token of somebody who is there, and nobody can change it.
    """
    livekit_room = livekit_room_name(visitor, room)
    grants = api.VideoGrants(
        room_join=True,
        room=livekit_room,
        can_publish=True,
        can_publish_sources=["microphone"],
        can_publish_data=False,
        can_subscribe=True,
        can_update_own_metadata=False,
    )
    token = _token(identity, PARTICIPANT_TOKEN_LIFETIME).with_grants(grants)
    token = token.with_attributes({AFTER: str(over), PASS: secrets.token_urlsafe(9)})
    if name:
        token = token.with_name(name)
    expires_at = datetime.now(UTC) + PARTICIPANT_TOKEN_LIFETIME
    return token.with_room_config(room_config(livekit_room)).to_jwt(), expires_at


def agent_token(session: Session) -> str:
    """Returns the token of the session's agent, which names installation and generation."""
    livekit_room = livekit_room_name(session.visitor, session.room)
    grants = api.VideoGrants(
        room_join=True,
        room=livekit_room,
        can_publish=True,
        can_publish_data=True,
        can_subscribe=True,
    )
    lifetime = timedelta(seconds=settings.MAX_SESSION_SECONDS) + timedelta(hours=1)
    return (
        _token(session.livekit_agent_identity, lifetime)
        .with_kind("agent")
        .with_grants(grants)
        .with_attributes(agent_attributes(session))
        .with_room_config(room_config(livekit_room))
        .to_jwt()
    )


def agent_attributes(session: Session) -> dict[str, str]:
    """Returns an agent's attributes: `installation`, `session` and `generation`, all text."""
    return {
        "installation": installation_id(),
        "session": session.id,
        "generation": str(session.generation),
    }


def generation_of(session: Session, attributes: Mapping[str, str]) -> int:
    """Returns the generation of a participant that is an agent of this session, else 0."""
    is_ours = attributes.get("installation") == installation_id()
    if not is_ours or attributes.get("session") != session.id:
        return 0
    generation = attributes.get("generation", "")
    return int(generation) if generation.isdigit() else 0


def _token(identity: str, lifetime: timedelta) -> api.AccessToken:
    token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
    return token.with_identity(identity).with_ttl(lifetime)
