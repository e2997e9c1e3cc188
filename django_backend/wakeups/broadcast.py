"""Wake-ups to whoever watches a session. A lost one delays, never loses: the record is the truth.

Groups: `session.<id>` has the sockets that read along, `agent.<id>` the agent of the session,
`supervisors` those that watch over all sessions.
"""

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

SEND_SECONDS = 1.0
SILENCE_SECONDS = 2.0
"""For how long nothing is sent after the layer did not answer in time."""
SUPERVISORS = "supervisors"
log = structlog.get_logger(__name__)
_silent_until = 0.0


def session_group(session_id: str) -> str:
    """The group of the sockets that read along."""
    return f"session.{session_id}"


def agent_group(session_id: str) -> str:
    """The group in which the session's agent listens."""
    return f"agent.{session_id}"


def announce_stored(session_id: str, seq: int) -> None:
    """Wakes the session's sockets when the current transaction commits."""
    message = {"type": "event.stored", "seq": seq}
    transaction.on_commit(partial(_send, session_group(session_id), message), robust=True)


def announce_ending(session_id: str) -> None:
    """Wakes the session's agent when the current transaction commits."""
    message = {"type": "session.ending"}
    transaction.on_commit(partial(_send, agent_group(session_id), message), robust=True)


async def agent_gone(session_id: str, generation: int) -> None:
    """Tells the supervisors that this agent has left and the session may need another."""
    await _tell_supervisors({"type": "agent.gone", "session_id": session_id, "gen": generation})


async def rooms_changed() -> None:
    """Makes the supervisors look at the rooms at once."""
    await _tell_supervisors({"type": "rooms.changed"})


async def send_transient(session_id: str, payload: dict[str, Any]) -> None:
    """Sends the session's sockets what may be lost, such as words of an open segment."""
    message = {"type": "event.transient", "payload": payload}
    await _group_send(session_group(session_id), message)


async def _tell_supervisors(message: dict[str, Any]) -> None:
    await _try_to_send(SUPERVISORS, message)  # a person waits for it, also after another was lost


def _send(group: str, message: dict[str, Any]) -> None:
    async_to_sync(_group_send)(group, message)


async def _group_send(group: str, message: dict[str, Any]) -> None:
    """Sends what may be lost, unless the layer has just not answered."""
    if time.monotonic() >= _silent_until:
        await _try_to_send(group, message)


async def _try_to_send(group: str, message: dict[str, Any]) -> None:
    """Sends what may be lost; a channel layer that is away is no failure of who wakes."""
    global _silent_until
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await get_channel_layer().group_send(group, message)
    except (OSError, RedisError) as error:
        if isinstance(error, TimeoutError):
            _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("wake_up_lost", group=group, error=type(error).__name__)
