"""What is asked of the backend about tools and their secrets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask_frontend.console.calls import Json
from flask_frontend.console.known import backend, operator

TRIAL_SECONDS = 40.0
"""A tool may take 30 s."""


def tools_of(agent: Json) -> list[Json]:
    """Returns the tools of an agent as REST has them."""
    return list(agent.get("tools") or ())


def agent_of(slug: str) -> Json:
    """Returns the agent as it is now."""
    return backend().agent(operator().pass_, slug)


def save(slug: str, tools: list[Json], base: int) -> Json:
    """Returns the revision that has these tools; raises Refused."""
    return backend().save(operator().pass_, slug, {"tools": tools}, base)


def secrets(slug: str) -> list[Json]:
    """Returns the secrets that the agent's tools name, and values that none names any more."""
    return list(_secrets(slug, "GET")["secrets"])


def enter(slug: str, tool: str, name: str, value: str) -> None:
    """Keeps a secret for the host of its tool; raises Refused."""
    _secrets(slug, "PUT", json={"tool": tool, "name": name, "value": value})


def forget(slug: str, host: str, name: str) -> None:
    """Takes away a secret that no tool names any more; raises Refused."""
    _secrets(slug, "PUT", json={"tool": "", "host": host, "name": name, "value": ""})


def attempt(slug: str, tool: Json, arguments: Any) -> Json:
    """Returns how one call of the tool goes; raises Refused."""
    sent = {"tool": tool, "arguments": arguments, "agent": slug}
    return backend().ask("POST", "/tools/try", operator().pass_, json=sent, timeout=TRIAL_SECONDS)


def _secrets(slug: str, method: str, **sent: Any) -> Json:
    path = f"/agents/{quote(slug, safe='')}/secrets"
    return backend().ask(method, path, operator().pass_, **sent)
