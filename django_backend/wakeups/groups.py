"""The names of the groups of the channel layer."""

from __future__ import annotations

SUPERVISORS = "supervisors"
"""The group of the supervisors of all backends."""


DELIVERIES = "deliveries"
"""The group of those who deliver messages to webhooks, in all backends."""


def session_group(session_id: str) -> str:
    """Returns the group of the session's sockets."""
    return f"session.{session_id}"


def agent_group(session_id: str) -> str:
    """Returns the group in which the session's agent listens."""
    return f"agent.{session_id}"
