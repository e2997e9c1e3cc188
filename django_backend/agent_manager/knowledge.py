"""What agents have learnt of servers, shared by all processes that have one record."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from common.tasks import cancel
from django.db import Error as DatabaseError
from voice_sessions import steps as record
from voice_sessions.refusals import is_refusal, told

from agent_manager.providers.learnt import SHARED
from agent_manager.speaking.kept import Key
from agent_manager.speaking.speaker import KEPT

T = TypeVar("T")
log = structlog.get_logger(__name__)
RECALL_SECONDS = 0.5
SHARE_SECONDS = 2.0
"""In which the record has to answer; nobody waits for it longer."""
PAUSE_SECONDS = 1.0
"""What is learnt in that time is told at once."""
PAUSE_AFTER_FAILURE_SECONDS = 15.0


async def recall(voice: Key | None = None) -> None:
    """Takes over what other processes know, and this voice where it is not kept here.

    Where the record does not answer in time, that is nothing.
    """
    wanted = voice.of_fact if voice and not KEPT.get(voice) else ""
    try:
        facts = await _in_time(record.known_facts(wanted), RECALL_SECONDS)
    except Exception as error:
        log.error("facts_not_read", **told(error))
        return
    if facts is None:
        return
    for kind, learnt in SHARED.items():
        learnt.take_over({fact.key: fact for fact in facts if fact.kind == kind})
    for fact in facts:
        if voice and fact.key == wanted:
            KEPT.take_over(voice, fact)


async def share(*, everything: bool = False) -> bool:
    """Tells other processes what is new, or `everything` that this one knows better.

    Says whether the record took it. What it refuses is not tried again.
    """
    facts = [
        *KEPT.untold(),
        *(fact for each in SHARED.values() for fact in each.untold(everything=everything)),
    ]
    try:
        if facts and await _in_time(record.keep_facts(facts), SHARE_SECONDS) is None:
            return False
    except Exception as error:  # a value that no record takes
        log.error("facts_not_kept", **told(error))
    for fact in facts:
        SHARED.get(fact.kind, KEPT).told([fact])
    return True


class Sharing:
    """Tells other processes what is learnt here, for as long as it is open."""

    def __init__(self) -> None:
        self._telling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Sharing:
        self._telling = asyncio.create_task(_keep_telling())
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._telling is not None:
            await cancel(self._telling)
        await share(everything=True)


async def _keep_telling() -> None:
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        if not await share():
            await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)


async def _in_time(step: Coroutine[Any, Any, T], seconds: float) -> T | None:
    """What a step of the record gives, None where the record is away or takes too long."""
    try:
        async with asyncio.timeout(seconds):
            return await step
    except TimeoutError:
        return None
    except DatabaseError as error:
        if is_refusal(error):
            raise
        return None
