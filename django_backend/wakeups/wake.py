"""Wake-ups to whatever watches a session. A lost one loses nothing: the record is the truth."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from .groups import DELIVERIES, SUPERVISORS, agent_group, session_group
from .messages import (
    AgentGone,
    DeliveriesDue,
    EventStored,
    Message,
    RoomsChanged,
    Transient,
    WakeAgent,
)

SEND_SECONDS = 1.0
SILENCE_SECONDS = 2.0
"""For how long nothing is sent after the layer did not answer in time."""
log = structlog.get_logger(__name__)
_silent_until = 0.0


def announce_stored(session_id: str, seq: int) -> None:
    """Wakes the session's sockets when the current transaction commits."""
    message = EventStored(type="event.stored", seq=seq)
    transaction.on_commit(partial(_send, session_group(session_id), message), robust=True)


def wake_agent(session_id: str) -> None:
    """Makes the session's agent look at the record when the current transaction commits."""
    message = WakeAgent(type="agent.wake")
    transaction.on_commit(partial(_send, agent_group(session_id), message), robust=True)


def deliveries_due() -> None:
    """Has messages for webhooks looked for when the current transaction commits."""
    message = DeliveriesDue(type="deliveries.due")
    transaction.on_commit(partial(_send, DELIVERIES, message), robust=True)


async def agent_gone(session_id: str, generation: int) -> None:
    """Tells the supervisors that this agent has left and the session may need another."""
    message = AgentGone(type="agent.gone", session_id=session_id, generation=generation)
    await _tell_supervisors(message)


async def rooms_changed() -> None:
    """Makes the supervisors look at the rooms at once."""
    await _tell_supervisors(RoomsChanged(type="rooms.changed"))


async def transient(session_id: str, payload: dict[str, Any]) -> None:
    """Sends the session's sockets what may be lost: the JSON object that they get."""
    message = Transient(type="event.transient", payload=payload)
    await _group_send(session_group(session_id), message)


async def _tell_supervisors(message: Message) -> None:
    await _try_to_send(SUPERVISORS, message)  # a person waits for it, also after another was lost


def _send(group: str, message: Message) -> None:
    async_to_sync(_group_send)(group, message)


async def _group_send(group: str, message: Message) -> None:
    """Sends what may be lost, unless the layer has just not answered."""
    if time.monotonic() >= _silent_until:
        await _try_to_send(group, message)


async def _try_to_send(group: str, message: Message) -> None:
    """Sends what may be lost; a channel layer that is away is no failure of the caller."""
    global _silent_until
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await get_channel_layer().group_send(group, message)
    except (OSError, RedisError) as error:
        if isinstance(error, TimeoutError):
            _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("wake_up_lost", group=group, error=type(error).__name__)
