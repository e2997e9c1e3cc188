"""Wake-ups to whoever watches a session. A lost one delays, never loses: the record is the truth.

Groups: `session.<id>` has the sockets that read along, `agent.<id>` the agent of the session.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction


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


async def send_transient(session_id: str, payload: dict[str, Any]) -> None:
    """Sends the session's sockets what may be lost, such as words of an open segment."""
    message = {"type": "event.transient", "payload": payload}
    await get_channel_layer().group_send(session_group(session_id), message)


def _send(group: str, message: dict[str, Any]) -> None:
    async_to_sync(get_channel_layer().group_send)(group, message)
