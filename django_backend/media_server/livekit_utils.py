"""Names, tokens and API calls of LiveKit. It imports only the light livekit-api, no agents."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from livekit import api
from livekit.protocol.room import RoomConfiguration
from voice_sessions.models import Session

LOCAL_VISITOR = "local"
AGENT_PREFIX = "agent-"
PARTICIPANT_TOKEN_LIFETIME = timedelta(minutes=15)
EMPTY_ROOM_SECONDS = 300
DEPARTURE_MARGIN_SECONDS = 60
VISITOR_TAG_LENGTH = 16
AFTER, PASS = "after", "pass"
"""What a person's token tells: how many sessions of the room were over, and which token it is."""
PEOPLE_IN_A_ROOM = 1
"""Agents do not count, and who joins again under one identity takes that one's place."""


def livekit_room_name(visitor: str, room: str) -> str:
    """The room's name at LiveKit, each visitor's own: strangers with one name never meet."""
    if visitor == LOCAL_VISITOR:
        return room
    return f"{room}~{_hmac(settings.VISITOR_SECRET, visitor)[:VISITOR_TAG_LENGTH]}"


def participant_token(
    visitor: str, room: str, identity: str, name: str = "", *, over: int = 0
) -> tuple[str, datetime]:
    """A token with which a person joins that room alone and publishes a microphone; and its expiry.

    It carries the room's settings, because LiveKit's own (20 s) would race our grace period, and
    tells how many sessions of the room were over when it was made. LiveKit keeps that when it
    renews the token of who is there, and nobody can change it.
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
    return token.with_room_config(_room_config(livekit_room)).to_jwt(), expires_at


def agent_token(session: Session) -> str:
    """A token with which the session's agent joins; it names installation and generation."""
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
        .with_room_config(_room_config(livekit_room))
        .to_jwt()
    )


def agent_attributes(session: Session) -> dict[str, str]:
    """What an agent tells of itself in the room: whose it is, which session and generation."""
    return {
        "installation": installation_id(),
        "session": session.id,
        "generation": str(session.generation),
    }


def generation_of(session: Session, attributes: Mapping[str, str]) -> int:
    """The generation of a participant that is an agent of this session, else 0."""
    is_ours = attributes.get("installation") == installation_id()
    if not is_ours or attributes.get("session") != session.id:
        return 0
    generation = attributes.get("generation", "")
    return int(generation) if generation.isdigit() else 0


def installation_id() -> str:
    """What marks our agents among those of others on the same media server; stable, not secret."""
    return _hmac(settings.SECRET_KEY, f"installation {settings.LIVEKIT_API_KEY}")[:16]


def removal_lease(livekit_room: str) -> str:
    """The name of the lease under which people are put out of a room."""
    return f"remove-{_hmac(settings.VISITOR_SECRET, livekit_room)[:24]}"


def agent_name() -> str:
    """The name under which our workers register: those of other installations have others."""
    return f"voice-agent-{installation_id()}"


@asynccontextmanager
async def livekit_api() -> AsyncIterator[api.LiveKitAPI]:
    """A client of the media server's API for the block."""
    client = api.LiveKitAPI(
        http_url(settings.LIVEKIT_URL), settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET
    )
    try:
        yield client
    finally:
        await client.aclose()  # type: ignore[no-untyped-call]


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


def http_url(url: str) -> str:
    """The media server's address for API calls: ws becomes http, wss becomes https."""
    return "http" + url[2:] if url.startswith("ws") else url


def websocket_url(url: str) -> str:
    """The media server's address for participants: http becomes ws, https becomes wss."""
    return "ws" + url[4:] if url.startswith("http") else url


def server_url() -> str:
    """The media server's address for our own agents."""
    return websocket_url(settings.LIVEKIT_URL)


def room_request(livekit_room: str) -> api.CreateRoomRequest:
    """Makes a room of ours where there is none."""
    return api.CreateRoomRequest(name=livekit_room, **_room_settings())


def _room_config(livekit_room: str) -> RoomConfiguration:
    return RoomConfiguration(name=livekit_room, **_room_settings())


def _room_settings() -> dict[str, Any]:
    """A room of ours says so, and outlasts the time for which a person may be away."""
    return {
        "empty_timeout": EMPTY_ROOM_SECONDS,
        "max_participants": PEOPLE_IN_A_ROOM,
        "departure_timeout": settings.SESSION_GRACE_SECONDS + DEPARTURE_MARGIN_SECONDS,
        "metadata": installation_id(),
    }


def _token(identity: str, lifetime: timedelta) -> api.AccessToken:
    token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
    return token.with_identity(identity).with_ttl(lifetime)


def _hmac(secret: str, value: str) -> str:
    return hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()
