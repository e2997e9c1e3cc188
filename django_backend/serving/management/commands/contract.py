"""`manage.py contract`: what page, site and scripts have to agree on with the backend."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from agents.agent import DEFAULT
from agents.models import SLUG_LENGTH
from agents.values import SLUG
from api import fields, sessions
from channels_app import handshake
from django.conf import settings
from django.core.management.base import BaseCommand
from media_server.names import AGENT_PREFIX, PUSH_TO_TALK_TRACK
from voice_sessions.actions import typed
from voice_sessions.addresses import SessionId
from voice_sessions.endings import EndReason

_PORT = re.compile(r"""["'](\w+_PORT)["'](?:\) or|,) (\d+)""")


class Command(BaseCommand):
    """Prints the contract as JSON; the tests of every part compare their own with it."""

    help = "Prints names, lengths, codes and ports that several parts of the product share."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(contract(), indent=2, sort_keys=True))


def contract() -> dict[str, Any]:
    """The facts by kind, each read where the backend itself keeps it."""
    return {
        "name": {"pattern": fields.NAME.pattern, "most": fields.NAME_LENGTH},
        "prompt": {"most": sessions.PROMPT_LENGTH},
        "password": {"least": settings.PASSWORD_LEAST},
        "message": {"most": typed.TEXT_LENGTH, "id": sessions.ID_PATTERN},
        "agent": {"default": DEFAULT, "slug": SLUG.pattern, "slug_most": SLUG_LENGTH},
        "agent_prefix": AGENT_PREFIX,
        "push_to_talk_track": PUSH_TO_TALK_TRACK,
        "session_id": SessionId.regex,
        "end_reasons": list(EndReason.values),
        "subprotocol": handshake.SUBPROTOCOL,
        "close_codes": _close_codes(),
        "ports": _default_ports(),
    }


def _close_codes() -> dict[str, int]:
    prefix = "CLOSE_"
    codes = vars(handshake).items()
    return {name.removeprefix(prefix).lower(): c for name, c in codes if name.startswith(prefix)}


def _default_ports() -> dict[str, int]:
    """What config falls back on, from its source: this process may have other ports."""
    sources = sorted(Path(settings.BASE_DIR, "config").glob("*.py"))
    found = [_PORT.findall(source.read_text(encoding="utf-8")) for source in sources]
    return {name: int(port) for pairs in found for name, port in pairs if int(port)}
