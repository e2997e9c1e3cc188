"""What an agent can do beside talking, as plain data: what of it runs is in `agent_manager`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from common.origins import origin_of
from vault.secrets import Secret

from agents.tools.schemas import NO_PARAMETERS

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
BuiltInName = Literal["end_session", "date_time", "note"]
METHODS: tuple[Method, ...] = get_args(Method)
BUILT_IN: tuple[BuiltInName, ...] = get_args(BuiltInName)
USUAL_SECONDS = 10.0
MOST_SECONDS = 30.0

Secrets = Mapping[tuple[str, str], Secret]
"""The values of secrets by the host that each was entered for, and by name."""


@dataclass(frozen=True)
class HttpTool:
    """A request by HTTP, whose `url`, `headers` and `body` have places for arguments and secrets.

    Without a `body`, POST, PUT and PATCH send the arguments as JSON. `answer` is a JSON pointer
    (RFC 6901) to what of the answer goes back. The values of `secret_fields`, of arguments and of
    answers, stand in no event. `secrets` are None where nobody has entered them for this host.
    """

    name: str
    description: str
    url: str
    method: Method = "GET"
    parameters: Mapping[str, Any] = field(default_factory=lambda: NO_PARAMETERS)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    answer: str = ""
    seconds: float = USUAL_SECONDS
    secret_fields: tuple[str, ...] = ()
    secrets: Mapping[str, Secret | None] = field(default_factory=dict)


@dataclass(frozen=True)
class McpServer:
    """A server of tools by the Model Context Protocol over streamable HTTP.

    `allow` are the names of those of its tools that the agent has, `seconds` the longest time that
    one may take.
    """

    name: str
    url: str
    allow: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = USUAL_SECONDS
    secret_fields: tuple[str, ...] = ()
    secrets: Mapping[str, Secret | None] = field(default_factory=dict)


@dataclass(frozen=True)
class BuiltIn:
    """A tool that every agent may have."""

    name: BuiltInName


ToolSpec = HttpTool | McpServer | BuiltIn


def tools_of(rows: Iterable[Mapping[str, Any]], secrets: Secrets) -> tuple[ToolSpec, ...]:
    """Returns the tools of an agent by its fields, with the secrets that were entered for them."""
    return tuple(tool_of(row, secrets) for row in rows)


def tool_of(row: Mapping[str, Any], secrets: Secrets) -> ToolSpec:
    """Returns one tool by its fields, as `fields.Tools` has checked them."""
    if row["kind"] == "built_in":
        return BuiltIn(row["name"])
    host = origin_of(row["url"])
    usual: dict[str, Any] = {
        "name": row["name"],
        "url": row["url"],
        "headers": row.get("headers") or {},
        "seconds": row.get("timeout") or USUAL_SECONDS,
        "secret_fields": tuple(row.get("secret_fields") or ()),
        "secrets": {name: secrets.get((host, name)) for name in row.get("secrets") or ()},
    }
    if row["kind"] == "mcp":
        return McpServer(**usual, allow=tuple(row.get("allow") or ()))
    return HttpTool(
        **usual,
        description=row["description"],
        method=row.get("method") or "GET",
        parameters=row.get("parameters") or NO_PARAMETERS,
        body=row.get("body"),
        answer=row.get("answer") or "",
    )
