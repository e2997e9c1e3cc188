"""What a process that has agents finds out beside them, before and while they talk."""

from __future__ import annotations

import asyncio

import structlog
from agents.resolving import resolve

from agent_manager.knowledge import Sharing, recall
from agent_manager.providers import assemble as pipeline
from agent_manager.providers.making import prepare
from agent_manager.providers.openai.readiness import connect

log = structlog.get_logger(__name__)


async def find_out() -> None:
    """Opens connections, and knows for as long as it runs whether the STT server streams."""
    try:
        agent = resolve()
        await asyncio.to_thread(pipeline.warm, agent.services)
        await prepare(agent.services.values())
        await connect(agent.services.values())
        async with Sharing():
            await pipeline.keep_finding_out(agent, recall)
    except Exception as error:  # the first session warms then, and has files
        log.warning("not_warmed", error=type(error).__name__)
