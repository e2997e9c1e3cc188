"""What in the room itself ends an agent's shift: a newer agent comes, or the connection ends."""

from __future__ import annotations

import asyncio
from typing import Self

import structlog
from livekit import rtc
from media_server.tokens import generation_of
from voice_sessions.endings import EndReason
from voice_sessions.models import Session

from agent_manager.shift.heartbeat import Departure

log = structlog.get_logger(__name__)
ROOM_IS_OVER = (rtc.DisconnectReason.ROOM_DELETED, rtc.DisconnectReason.ROOM_CLOSED)


class RoomWatch:
    """As a context it watches the room; `cause` gives why the agent has to leave, if it has to."""

    cause: asyncio.Future[EndReason | Departure]

    def __init__(self, room: rtc.Room, session: Session) -> None:
        self._room = room
        self._session = session

    async def __aenter__(self) -> Self:
        self.cause = asyncio.get_running_loop().create_future()
        self._room.on("disconnected", self._on_disconnected)
        self._room.on("participant_connected", self._on_joined)
        for participant in self._room.remote_participants.values():
            self._on_joined(participant)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._room.off("disconnected", self._on_disconnected)
        self._room.off("participant_connected", self._on_joined)
        self.cause.cancel()

    def _on_disconnected(self, reason: rtc.DisconnectReason.ValueType) -> None:
        log.warning("agent_disconnected", reason=rtc.DisconnectReason.Name(reason))
        self._tell(EndReason.ROOM_CLOSED if reason in ROOM_IS_OVER else Departure.CUT_OFF)

    def _on_joined(self, participant: rtc.RemoteParticipant) -> None:
        if generation_of(self._session, participant.attributes) > self._session.generation:
            self._tell(Departure.REPLACED)

    def _tell(self, cause: EndReason | Departure) -> None:
        if not self.cause.done():
            self.cause.set_result(cause)
