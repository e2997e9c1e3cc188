"""The segments of a record: each is closed, and has its words or a reason to have none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Message = dict[str, Any]

DEAF_SECONDS = 3.5
"""After its first word a session's first agent hears nobody for 3 s: it might be its own echo."""
FIRST_WORD_SECONDS = 1.0
"""Within which somebody speaks over an agent's first word."""
SILENT_SECONDS = 4.0
"""Before it is known that an agent is lost; what it heard in this time may not be stored."""
GOES_ON_SECONDS = 1.0
"""Within which a person who was cut in two goes on."""
LAST_MOMENT_SECONDS = 3.0
"""Before Stop; what was said in this time may not have been recognised."""


@dataclass
class Segment:
    """Between which numbers, and seconds, it was open; whether it is a session's first greeting."""

    id: str
    role: str
    begun: int
    begun_at: float
    ended: float = math.inf
    ended_at: float = math.inf
    has_words: bool = False
    is_greeting: bool = False
    is_cut: bool = False

    def overlaps(self, other: Segment) -> bool:
        """Whether both were open at once."""
        return self.begun < other.ended and other.begun < self.ended


def unsettled(events: Sequence[Message], before: float = math.inf) -> list[str]:
    """The segments begun before that number that are open, or wordless for no known reason.

    Reasons: the agent was lost, or the session stopped, just after it; somebody spoke over the
    agent's first word; a person spoke within 3 s of the greeting's beginning, or went on at once in
    another segment, which has the words (a busy machine makes pauses where there were none).
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
    if one.role == "agent":
        spoken_over = any(o.begun_at <= one.begun_at + FIRST_WORD_SECONDS for o in others)
    else:
        spoken_over = any(
            o.is_greeting and one.begun_at <= o.begun_at + DEAF_SECONDS for o in others
        )
    return one.is_cut or spoken_over or _went_on(one, found)


def _went_on(one: Segment, found: Sequence[Segment]) -> bool:
    later = [other for other in found if other.begun > one.begun]
    following = min(later, key=lambda other: other.begun, default=None)
    return (
        following is not None
        and one.role == following.role == "user"
        and following.has_words
        and following.begun_at - one.ended_at <= GOES_ON_SECONDS
    )


def _segments(events: Sequence[Message]) -> list[Segment]:
    found: dict[str, Segment] = {}
    in_order = sorted(events, key=lambda event: int(event["seq"]))
    for event in in_order:
        name, segment = event.get("event"), found.get(event.get("segment", ""))
        if name == "speech_started":
            is_greeting = event["role"] == "agent" and all(
                o.role != "agent" for o in found.values()
            )
            one = Segment(event["segment"], event["role"], event["seq"], _at(event))
            one.is_greeting = is_greeting
            found[one.id] = one
        elif name == "speech_ended" and segment:
            segment.ended, segment.ended_at = event["seq"], _at(event)
        elif event.get("final") and segment:
            segment.has_words = True
        elif event.get("code") == "agent_lost":
            _cut(found, event, in_order, SILENT_SECONDS)
        elif name == "session_ended":
            _cut(found, event, in_order, LAST_MOMENT_SECONDS)
    return list(found.values())


def _cut(found: dict[str, Segment], by: Message, events: Sequence[Message], within: float) -> None:
    """Marks what ended so shortly before, with nothing but other closings in between."""
    for one in found.values():
        between = [event for event in events if one.ended < event["seq"] < by["seq"]]
        one.is_cut |= _at(by) - one.ended_at <= within and all(
            event.get("event") == "speech_ended" or event.get("final") for event in between
        )


def _at(event: Message) -> float:
    return datetime.fromisoformat(event["at"]).timestamp()
