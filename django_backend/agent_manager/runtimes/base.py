"""Where agents run, behind one interface."""

from __future__ import annotations

from typing import Protocol

from voice_sessions.models import Session


class AgentUnavailable(Exception):
    """No agent could join the session's room; no agent of the attempt is left."""


class Runtime(Protocol):
    """Starts and settles the agents of sessions; everything runs on the server's event loop."""

    async def open(self) -> None:
        """Takes up work when the server starts."""

    async def start(self, session_id: str) -> None:
        """Returns when an agent is on its way to the session's room; raises AgentUnavailable.

        What becomes of the session then is the caller's to say.
        """

    async def send_successor(self, session: Session) -> None:
        """Gives the session the agent of its current generation; the one before is gone.

        An agent that does not come is noticed by whoever watches over the session.
        """

    def holds(self, session_id: str) -> bool:
        """Whether the session's agent is known to run, in this process."""

    async def settle(self, session_id: str) -> None:
        """Returns at once; sees to it that a session that is ending has ended within 2 s."""

    async def shutdown(self) -> None:
        """Ends or leaves the sessions of this process and returns when nothing of it is left."""
