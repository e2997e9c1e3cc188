"""What an agent that is gone has left open, and how it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

import structlog

from .events import Final, OpenWords, Role, Speech
from .models import Event, Session
from .refusals import told

log = structlog.get_logger(__name__)
MOST_OPEN = 200
"""Segments of one agent that are settled: it has two open, and what waits for a slow database."""


def closing_events(session_id: str) -> Iterator[Speech | Final]:
    """Yields the events that settle a session's open segments with the words that were last told.

    The agent's words count as interrupted: nobody knows how the sentence would have gone on. What
    cannot be read is left out.
    """
    rows = list(
        Event.objects.filter(session_id=session_id)
        .exclude(segment="")
        .order_by("seq")
        .values_list("type", "segment", "role")
    )
    started = {segment: role for type_, segment, role in rows if type_ == "speech_started"}
    ended = {segment for type_, segment, _role in rows if type_ == "speech_ended"}
    settled = {segment for type_, segment, _role in rows if type_ == "final"}
    words = _words_by_segment(session_id)
    roles = {**started, **{segment: final.role for segment, final in words.items()}}
    for segment, role in roles.items():
        if segment in started and segment not in ended:
            yield Speech(role=cast(Role, role), event="speech_ended", segment=segment)
        if segment in words and segment not in settled:
            yield words[segment]


def _words_by_segment(session_id: str) -> dict[str, Final]:
    items = _progress(session_id)[-MOST_OPEN:]
    return {final.segment: final for item in items if (final := _final(session_id, item))}


def _progress(session_id: str) -> list[Any]:
    """Returns what the agent last told, as it is stored."""
    try:
        progress = Session.objects.values_list("progress", flat=True).get(id=session_id)
    except (ValueError, RecursionError) as error:
        log.error("progress_unreadable", session_id=session_id, **told(error))
        return []
    return progress if isinstance(progress, list) else []


def _final(session_id: str, item: OpenWords) -> Final | None:
    """Returns the words as a final, or None where there are none or they cannot be read."""
    try:
        cut: Literal[True] | None = True if item["role"] == "agent" else None
        final = Final(
            role=item["role"], text=item["text"].strip(), segment=item["segment"], interrupted=cut
        )
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        log.error("open_words_unreadable", session_id=session_id, **told(error))
        return None
    return final if final.text else None
