"""The agents' door for coroutines."""

from __future__ import annotations

from voice_sessions.models import Session
from voice_sessions.steps import patiently, step

from agents import queries
from agents.agent import Agent
from agents.resolving import of_session

_of_session = step(of_session)
offered = step(queries.offered)


async def agent_of(session: Session) -> Agent:
    """Returns the agent of a session; a database that is away is waited for, as by its shift."""
    return await patiently(_of_session, session)
