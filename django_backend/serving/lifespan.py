"""The start and the end of the server, as ASGI's lifespan protocol tells them."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from agent_manager.runtimes import base as runtimes
from agent_manager.supervision.supervisor import Supervisor
from asgiref.sync import sync_to_async
from common.tasks import cancel
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

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
    await send({"type": "lifespan.startup.complete"})
    log.info("backend_started")
    await receive()
    await cancel(supervising)
    await send({"type": "lifespan.shutdown.complete"})


def database_trouble() -> str:
    """A sentence when the database cannot be reached or lacks migrations, else an empty string."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"The database cannot be reached ({type(error).__name__}); check DATABASE_URL."
    finally:
        connection.close()
    if pending:
        return "The database lacks migrations; run `python manage.py migrate` in django_backend."
    return ""
