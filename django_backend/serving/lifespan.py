"""The start and the end of the server, as ASGI's lifespan protocol tells them."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from agent_manager.runtimes import choice as runtimes
from agent_manager.supervision.supervisor import Supervisor
from asgiref.sync import sync_to_async
from common.tasks import cancel
from voice_sessions.database import database_trouble
from webhooks.deliverer import Deliverer

log = structlog.get_logger(__name__)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    """Opens the runtime when the server starts; a database that cannot be used stops the start."""
    await receive()
    if trouble := await sync_to_async(database_trouble)():
        log.error("start_refused", reason=trouble)
        await send({"type": "lifespan.startup.failed", "message": trouble})
        return
    await runtimes.runtime().open()
    supervising = asyncio.create_task(Supervisor(runtimes.runtime()).run(), name="supervisor")
    delivering = asyncio.create_task(Deliverer().run(), name="deliveries")
    await send({"type": "lifespan.startup.complete"})
    log.info("backend_started")
    await receive()
    await cancel(supervising, delivering)
    await send({"type": "lifespan.shutdown.complete"})
