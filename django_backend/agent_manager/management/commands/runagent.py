"""`manage.py runagent`: a worker that runs the agents of sessions for the dispatch runtime."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Runs one worker until SIGTERM."""

    help = "Runs a worker of the dispatch runtime until SIGTERM, which drains it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuses to start where agents run in the backend."""
        from django.conf import settings
        from voice_sessions.database import database_trouble

        from agent_manager.runtimes.worker import WorkerProcess

        if settings.AGENT_RUNTIME != "dispatch":
            raise CommandError("AGENT_RUNTIME is embedded; set it to dispatch to run workers.")
        if trouble := database_trouble():
            raise CommandError(trouble)
        asyncio.run(WorkerProcess().run())
