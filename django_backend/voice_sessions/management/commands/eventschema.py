"""`manage.py eventschema`: what a socket may carry, as JSON schema for the page's tests."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from voice_sessions.events import SOCKET_MESSAGES


class Command(BaseCommand):
    """Prints the JSON schema of every message from server to browser."""

    help = "Prints the JSON schema of the WebSocket's messages."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(SOCKET_MESSAGES.json_schema(), indent=2, sort_keys=True))
