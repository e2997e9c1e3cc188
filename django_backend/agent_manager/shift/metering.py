"""What a session uses of the services, as livekit-agents counts it, stored along with it."""

from __future__ import annotations

import asyncio
from typing import Self

import structlog
from common.tasks import cancel
from django.db import Error as DatabaseError
from livekit.agents.metrics import LLMModelUsage, TTSModelUsage
from livekit.agents.voice import AgentSession
from voice_sessions import steps as record
from voice_sessions.actions.usage import Usage
from voice_sessions.models import Session
from voice_sessions.refusals import told

log = structlog.get_logger(__name__)
STORE_SECONDS = 10.0
"""For so long an agent that is lost may have used something that nobody counts."""


class Metering:
    """As a context it stores what is new every ten seconds, and what is left at its end."""

    def __init__(self, session: Session, voice: AgentSession) -> None:
        self._session = session
        self._voice = voice
        self._stored = Usage()
        self._storing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._store_often())
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self._task)
        await self.store()

    async def store(self) -> None:
        """Stores what is new; where the database is away, that is stored the next time."""
        async with self._storing:
            used = usage_of(self._voice)
            if used == self._stored:
                return
            try:
                await record.add_usage(self._session.id, used.since(self._stored))
            except DatabaseError as error:
                log.warning("usage_not_stored", **told(error))
            else:
                self._stored = used

    async def _store_often(self) -> None:
        while True:
            await asyncio.sleep(STORE_SECONDS)
            await self.store()


def usage_of(voice: AgentSession) -> Usage:
    """Returns all that a session of livekit-agents has used so far."""
    models = voice.usage.model_usage
    language = [each for each in models if isinstance(each, LLMModelUsage)]
    speech = [each for each in models if isinstance(each, TTSModelUsage)]
    return Usage(
        sum(each.input_tokens for each in language),
        sum(each.output_tokens for each in language),
        sum(each.characters_count for each in speech),
    )
