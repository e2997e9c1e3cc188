"""Who hears of what: the groups of the channel layer by name."""

from __future__ import annotations

SUPERVISORS = "supervisors"
"""Those that watch over all sessions."""


def session_group(session_id: str) -> str:
    """The group of the sockets that read along."""
    return f"session.{session_id}"


def agent_group(session_id: str) -> str:
    """The group in which the session's agent listens."""
    return f"agent.{session_id}"
