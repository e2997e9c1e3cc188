"""The values of tools' secrets: sealed, apart from all revisions, each for one host."""

from __future__ import annotations

from typing import Any

import structlog
from config.logs import hide
from django.db.models import QuerySet
from vault.sealing import Unreadable, unseal

from agents.models import StoredAgent, ToolSecret
from agents.tools.specs import Secrets

log = structlog.get_logger(__name__)


def secrets_of(slug: str) -> Secrets:
    """Returns all secrets of an agent's tools; one that cannot be read any more is left out.

    No log line of this process shows one from now on.
    """
    found = {}
    for row in ToolSecret.objects.filter(agent__slug=slug):
        try:
            found[row.host, row.name] = unseal(row.sealed, purpose_of(row))
            hide(found[row.host, row.name].reveal())
        except Unreadable:
            log.error("tool_secret_unreadable", agent=slug, name=row.name, host=row.host)
    return found


def purpose_of(row: Any) -> str:
    """Returns what a secret is sealed for: nobody moves it to another host or agent."""
    return f"tool of agent {row.agent_id} at {row.host}: {row.name}"


def rows_of(agent: StoredAgent) -> QuerySet[ToolSecret]:
    """Returns the secrets of an agent as they are stored."""
    return ToolSecret.objects.filter(agent=agent)
