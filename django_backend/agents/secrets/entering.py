"""Entering the secrets of tools: each for the host of the tool that names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from common.origins import origin_of
from django.db import transaction
from operators.audit import note
from vault.sealing import seal

from agents.models import StoredAgent, ToolSecret
from agents.queries import current
from agents.tools.secrets import purpose_of, rows_of

log = structlog.get_logger(__name__)
VALUE_LENGTH = 4000
SHOWN_FROM = 12
"""Characters from which on the last four of a secret are shown."""


class NoSuchSecret(Exception):
    """No tool of the agent has a secret of this name at this host."""


@dataclass(frozen=True)
class Told:
    """A secret that a tool names; `set` says that a value was entered, `ending` its last four.

    `tool` is empty where a value is there and no tool names it any more.
    """

    tool: str
    host: str
    name: str
    set: bool = False
    ending: str = ""


def named(slug: str) -> list[Told]:
    """Returns the secrets that the agent's tools name, and whether each is there; then the others.

    Raises UnknownAgent.
    """
    revision = current(slug)
    stored = {(row.host, row.name): row for row in rows_of(revision.agent)}
    found = []
    for tool, host, name in _places(revision.fields):
        row = stored.get((host, name))
        found.append(Told(tool, host, name, row is not None, row.ending if row else ""))
    wanted = {(each.host, each.name) for each in found}
    left = sorted(place for place in stored if place not in wanted)
    return found + [Told("", *place, True, stored[place].ending) for place in left]


def take_away(slug: str, host: str, name: str, by: str) -> None:
    """Forgets a secret, also one that no tool names; raises UnknownAgent and NoSuchSecret."""
    with transaction.atomic():
        count, _ = rows_of(current(slug).agent).filter(host=host, name=name).delete()
        if not count:
            raise NoSuchSecret(name)
        note(by, "secret.removed", slug, name=name, host=host)
    log.info("tool_secret_changed", agent=slug, name=name, host=host, is_set=False)


def enter(slug: str, tool: str, name: str, value: str, by: str) -> None:
    """Keeps a secret for the host that this tool's address has now; "" takes it away.

    Raises UnknownAgent, NoSuchSecret and vault.sealing.NoKey.
    """
    with transaction.atomic():
        revision = current(slug)
        wanted = (place for place in _places(revision.fields) if place[::2] == (tool, name))
        _tool, host, _name = next(wanted, ("", "", ""))
        if not host:
            raise NoSuchSecret(name)
        if value:
            _keep(revision.agent, host, name, value, by)
        else:
            rows_of(revision.agent).filter(host=host, name=name).delete()
        action = "secret.entered" if value else "secret.removed"
        note(by, action, slug, name=name, host=host)
    log.info("tool_secret_changed", agent=slug, name=name, host=host, is_set=bool(value))


def _keep(agent: StoredAgent, host: str, name: str, value: str, by: str) -> None:
    row = ToolSecret(agent=agent, host=host, name=name)
    ending = value[-4:] if len(value) >= SHOWN_FROM else ""
    sealed = seal(value, purpose_of(row))
    ToolSecret.objects.update_or_create(
        agent=agent,
        host=host,
        name=name,
        defaults={"sealed": sealed, "ending": ending, "entered_by": by},
    )


def _places(fields: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each secret that the tools of these fields name: tool, host and name."""
    for tool in fields.get("tools", ()):
        for name in tool.get("secrets") or ():
            yield tool["name"], origin_of(tool["url"]), name
