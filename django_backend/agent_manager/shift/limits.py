"""When a session has to end by itself: the person left, nobody speaks, it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Self

from agents.agent import Limits
from django.utils import timezone
from livekit import rtc
from livekit.agents.voice import AgentSession
from media_server.people import is_person
from voice_sessions.endings import EndReason
from voice_sessions.models import Session

LOOK_EVERY = 0.5
BUSY = ("thinking", "speaking")
"""States of an agent that is not idle: a reply that takes long is no silence of the person's."""


class LimitWatch:
    """As a context it watches whether the session's person is there, and when somebody last spoke.

    The time of a person who is not there counts from its beginning. An agent that `is_busy` with a
    tool is not idle.
    """

    def __init__(
        self,
        room: rtc.Room,
        session: Session,
        limits: Limits,
        voice: AgentSession,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._room = room
        self._session = session
        self._limits = limits
        self._voice = voice
        self._is_busy = is_busy
        self._last_speech = now = time.monotonic()
        self._left_at: float | None = now
        self._started = now - _age(session)
        self._is_there = asyncio.Event()

    @property
    def is_there(self) -> bool:
        """Whether the person is in the room."""
        return self._is_there.is_set()

    async def __aenter__(self) -> Self:
        self._room.on("participant_connected", self._on_joined)
        self._room.on("participant_disconnected", self._on_left)
        self._left_at = time.monotonic()
        for participant in self._room.remote_participants.values():
            self._on_joined(participant)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._room.off("participant_connected", self._on_joined)
        self._room.off("participant_disconnected", self._on_left)

    def person_typed(self) -> None:
        """The person typed, which counts as speaking."""
        self._last_speech = time.monotonic()

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
        is_busy = self._voice.agent_state in BUSY or self._is_busy()
        if self._voice.user_state == "speaking" or is_busy:
            self._last_speech = now
        if now - self._started >= self._limits.session_seconds:
            return EndReason.TOO_LONG
        if self.is_there and now - self._last_speech >= self._limits.idle_seconds:
            return EndReason.IDLE
        return None

    def _on_joined(self, participant: rtc.RemoteParticipant) -> None:
        if self._is_the_person(participant):
            self._left_at = None
            self._last_speech = time.monotonic()
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
