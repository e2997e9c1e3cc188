"""The segments of a record: each is closed, and has its words or a reason to have none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]


@dataclass
class Segment:
    """From which number to which it was open; whether it has a final, and is an agent's first."""

    id: str
    role: str
    begun: int
    ended: float = math.inf
    has_words: bool = False
    is_first: bool = False
    is_cut_by_loss: bool = False

    def overlaps(self, other: Segment) -> bool:
        """Whether both were open at once."""
        return self.begun < other.ended and other.begun < self.ended


def unsettled(events: Sequence[Message], before: int) -> list[str]:
    """The segments begun before that number that are open, or wordless for no known reason.

    Reasons: the agent was lost in it; somebody spoke over the agent's first word; a person spoke
    during an agent's first sentence, in which it does not listen for 3 s.
    """
    found = _segments(events)
    return [
        f"{one.role} {one.id} is open" if one.ended == math.inf else f"{one.role} {one.id} is empty"
        for one in found
        if one.begun < before and not one.has_words and not _has_reason(one, found)
    ]


def _has_reason(one: Segment, found: Sequence[Segment]) -> bool:
    if one.ended == math.inf:
        return False
    others = [other for other in found if other.role != one.role and other.overlaps(one)]
    spoken_over = bool(others) if one.role == "agent" else any(each.is_first for each in others)
    return one.is_cut_by_loss or spoken_over


def _segments(events: Sequence[Message]) -> list[Segment]:
    found: dict[str, Segment] = {}
    is_new = True
    for event in sorted(events, key=lambda event: int(event["seq"])):
        name, segment = event.get("event"), found.get(event.get("segment", ""))
        if name == "speech_started":
            is_first = is_new and event["role"] == "agent"
            is_new = is_new and not is_first
            one = Segment(event["segment"], event["role"], event["seq"], is_first=is_first)
            found[one.id] = one
        elif name == "speech_ended" and segment:
            segment.ended = event["seq"]
        elif event.get("final") and segment:
            segment.has_words = True
        elif event.get("code") == "agent_lost":
            is_new = True
            for each in found.values():
                each.is_cut_by_loss |= _ends_at(each, event["seq"], events)
    return list(found.values())


def _ends_at(one: Segment, lost: int, events: Sequence[Message]) -> bool:
    """Whether it was closed for the lost agent: between its end and the loss others are closed."""
    between = [event for event in events if one.ended < event["seq"] < lost]
    return one.ended < lost and all(
        event.get("event") == "speech_ended" or event.get("final") for event in between
    )
