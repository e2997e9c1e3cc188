"""Why sessions end: the reasons, declared once."""

from __future__ import annotations

from django.db.models import TextChoices


class EndReason(TextChoices):
    STOPPED = "stopped"
    LEFT = "left"
    IDLE = "idle"
    TOO_LONG = "too_long"
    BUDGET = "budget"
    AGENT_ENDED = "agent_ended"
    AGENT_FAILED = "agent_failed"
    ROOM_CLOSED = "room_closed"
    SHUTDOWN = "shutdown"


def reasons() -> list[tuple[str, str]]:
    """Returns the reasons as Django's choices (value, label); migrations name this function."""
    return EndReason.choices


def known(reason: str) -> str:
    """Returns the reason; raises ValueError when it is none of ours."""
    return EndReason(reason).value
