"""Messages as sockets get them: each is encoded once, however many sockets it goes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voice_sessions.models import Event


@dataclass(frozen=True, slots=True)
class Told:
    """A durable event and its text; `segment` is empty where it has none."""

    seq: int
    type: str
    segment: str
    text: str


@dataclass(frozen=True, slots=True)
class Transient:
    """A message that may be lost, and the number of the last event announced before it."""

    segment: str
    text: str
    after: int

    @property
    def kind(self) -> str:
        """Returns what it says the newest of: the words of a segment, or whether one thinks."""
        return self.segment or "thinking"


def told(event: Event) -> Told:
    """Returns the event as sockets get it."""
    return Told(event.seq, event.type, event.segment, encoded(event.message))


def transient(payload: Mapping[str, Any], after: int) -> Transient:
    """Returns the message as sockets get it."""
    return Transient(payload.get("segment", ""), encoded(payload), after)


def encoded(payload: Mapping[str, Any]) -> str:
    """Returns the JSON object as the text of a message."""
    return json.dumps(payload, separators=(",", ":"))
