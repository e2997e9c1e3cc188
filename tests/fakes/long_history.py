"""A visitor with very many sessions, and the pages of History that are read of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from voice_sessions import queries
from voice_sessions.models import Session, State

VISITOR = "bench"
Page = tuple[list[Any], Any]


def pages(sessions: int) -> dict[str, Callable[[], Page]]:
    """Returns what reads each page of a visitor with so many sessions, which it makes."""
    now = timezone.now()
    Session.objects.bulk_create(
        [
            Session(
                visitor=VISITOR,
                room=f"room-{number}",
                identity="ann",
                state=State.ENDED,
                created_at=now - timedelta(minutes=number),
                title="A question of weather" if number % 100 == 0 else f"Session {number}",
            )
            for number in range(sessions)
        ],
        batch_size=1000,
    )
    middle = queries.Position(now - timedelta(minutes=sessions // 2), "")
    return {
        "newest": lambda: queries.history(VISITOR),
        "behind the newest half": lambda: queries.history(VISITOR, before=middle),
        "with a word of 1 in 100": lambda: queries.history(VISITOR, words="weather"),
        "with a word of none": lambda: queries.history(VISITOR, words="nowhere"),
    }
