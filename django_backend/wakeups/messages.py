"""What a group is sent. Channels names the consumer's handler after `type`, a dot as underscore."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class EventStored(TypedDict):
    type: Literal["event.stored"]
    seq: int


"""A session's events up to that number are in the store."""


class Transient(TypedDict):
    type: Literal["event.transient"]
    payload: dict[str, Any]


"""What may be lost, such as words of an open segment: the JSON object that sockets get."""


class WakeAgent(TypedDict):
    type: Literal["agent.wake"]


"""The session's record has something for its agent."""


class AgentGone(TypedDict):
    type: Literal["agent.gone"]
    session_id: str
    generation: int


"""That agent has left and the session may need another."""


class RoomsChanged(TypedDict):
    type: Literal["rooms.changed"]


"""Something happened in a room."""


class DeliveriesDue(TypedDict):
    type: Literal["deliveries.due"]


"""There are messages for webhooks."""

Message = EventStored | Transient | WakeAgent | AgentGone | RoomsChanged | DeliveriesDue
