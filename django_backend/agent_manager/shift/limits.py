"""When a session has to end by itself: the person left, nobody speaks, it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import time

from django.conf import settings
from django.utils import timezone
from livekit import rtc
from livekit.agents.voice import AgentSession
from media_server.people import is_person
from voice_sessions.models import EndReason, Session

LOOK_EVERY = 0.5


class Presence:
    """Knows whether the session's person is in the room and when somebody last spoke."""

    def __init__(self, room: rtc.Room, session: Session, voice: AgentSession) -> None:
        self._room = room
        self._session = session
        self._voice = voice
        self._last_speech = now = time.monotonic()
        self._left_at: float | None = now
        self._started = now - _age(session)
        self._is_there = asyncio.Event()

    @property
    def is_there(self) -> bool:
        """Whether the person is in the room."""
        return self._is_there.is_set()

    def connect(self) -> None:
        """Begins to watch the room; the time of who is not there counts from now on."""
        self._room.on("participant_connected", self._on_joined)
        self._room.on("participant_disconnected", self._on_left)
        self._left_at = time.monotonic()
        for participant in self._room.remote_participants.values():
            self._on_joined(participant)

    def disconnect(self) -> None:
        """Watches no more."""
        self._room.off("participant_connected", self._on_joined)
        self._room.off("participant_disconnected", self._on_left)

    async def until_there(self) -> EndReason | None:
        """Returns when the person is there, or, when it is time, why the session has to end."""
        while not self.is_there:
            if reason := self._due(time.monotonic()):
                return reason
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._is_there.wait()
        return None

    async def reason_to_end(self) -> EndReason:
        """Returns, when it is time, why the session has to end."""
        while True:
            if reason := self._due(time.monotonic()):
                return reason
            await asyncio.sleep(LOOK_EVERY)

    def _due(self, now: float) -> EndReason | None:
        if self._left_at is not None and now - self._left_at >= self._session.grace_seconds:
            return EndReason.LEFT
        if "speaking" in (self._voice.user_state, self._voice.agent_state):
            self._last_speech = now
        if now - self._started >= settings.MAX_SESSION_SECONDS:
            return EndReason.TOO_LONG
        if now - self._last_speech >= settings.IDLE_SECONDS:
            return EndReason.IDLE
        return None

    def _on_joined(self, participant: rtc.RemoteParticipant) -> None:
        if self._is_the_person(participant):
            self._left_at = None
            self._session.person_came = True
            self._is_there.set()

    def _on_left(self, participant: rtc.RemoteParticipant) -> None:
        if self._is_the_person(participant):
            self._left_at = time.monotonic()
            self._is_there.clear()

    def _is_the_person(self, participant: rtc.RemoteParticipant) -> bool:
        return participant.identity == self._session.identity and is_person(participant)


def _age(session: Session) -> float:
    """Seconds for which the session has been going on; other agents may have begun it."""
    if session.started_at is None:
        return 0.0
    return max(0.0, (timezone.now() - session.started_at).total_seconds())
