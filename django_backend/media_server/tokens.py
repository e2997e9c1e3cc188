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
STARTING_TOKEN_LIFETIME = timedelta(minutes=1)
"""Of a token that starts a session, which it does once. LiveKit's clients keep a token for their
next start until a minute before its end, so they never keep this one."""
AFTER, PASS, START = "after", "pass", "start"
"""What a person's token tells: how many sessions of the room were over, which token it is, and
which session starts when they have joined."""
AGENT_STATE = "lk.agent.state"
"""The attribute in which LiveKit's clients read what an agent is doing."""


def participant_token(
    visitor: str, room: str, identity: str, name: str = "", *, over: int = 0, start: str = ""
) -> tuple[str, datetime]:
    """Returns a token for one person in one room, who may publish a microphone, and its expiry.

    With a `start`, which `agent_manager.joining` makes, a session starts when they have joined.
    They may send text then, which only the agent gets: nobody else is in the room.

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
        can_publish_data=bool(start),
        can_subscribe=True,
        can_update_own_metadata=False,
    )
    lifetime = STARTING_TOKEN_LIFETIME if start else PARTICIPANT_TOKEN_LIFETIME
    told = {AFTER: str(over), PASS: secrets.token_urlsafe(9)} | ({START: start} if start else {})
    token = _token(identity, lifetime).with_grants(grants).with_attributes(told)
    if name:
        token = token.with_name(name)
    expires_at = datetime.now(UTC) + lifetime
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
        can_update_own_metadata=True,
    )
    lifetime = timedelta(seconds=settings.MAX_SESSION_SECONDS) + timedelta(hours=1)
    return (
        _token(session.livekit_agent_identity, lifetime)
        .with_kind("agent")
        .with_grants(grants)
        .with_attributes({**agent_attributes(session), AGENT_STATE: "initializing"})
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
