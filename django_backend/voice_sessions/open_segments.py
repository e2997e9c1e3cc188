"""What an agent that is gone has left open, and how it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

from .events import Final, Role, Speech
from .models import Event, Session


def closing_events(session_id: str) -> Iterator[Speech | Final]:
    """Yields the events that settle a session's open segments with the words that were last told.

    The agent's words count as interrupted: nobody knows how the sentence would have gone on.
    """
    progress = Session.objects.values_list("progress", flat=True).get(id=session_id)
    rows = list(
        Event.objects.filter(session_id=session_id)
        .exclude(segment="")
        .order_by("seq")
        .values_list("type", "segment", "role")
    )
    started = {segment: role for type_, segment, role in rows if type_ == "speech_started"}
    ended = {segment for type_, segment, _role in rows if type_ == "speech_ended"}
    settled = {segment for type_, segment, _role in rows if type_ == "final"}
    words = {item["segment"]: item for item in progress if item["text"].strip()}
    roles = {**started, **{segment: item["role"] for segment, item in words.items()}}
    for segment, name in roles.items():
        role = cast(Role, name)
        if segment in started and segment not in ended:
            yield Speech(role=role, event="speech_ended", segment=segment)
        if segment in words and segment not in settled:
            yield _final(role, segment, words[segment]["text"].strip())


def _final(role: Role, segment: str, text: str) -> Final:
    cut: Literal[True] | None = True if role == "agent" else None
    return Final(role=role, text=text, segment=segment, interrupted=cut)
