"""Tools of agents as the console's backend has them: secrets of each, and how a trial goes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
TRIED: Json = {"milliseconds": 420, "status": 200, "answer": "19:00", "problem": "", "tools": []}


@dataclass
class FakeTools:
    """`entered` are secrets by tool and name; `trial` is what the next trial answers.

    `left` are host, name and ending of those that no tool names any more.
    """

    entered: dict[tuple[str, str], str] = field(default_factory=dict)
    trial: Json = field(default_factory=lambda: dict(TRIED))
    left: list[tuple[str, str, str]] = field(default_factory=list)

    def secrets(self, method: str, body: str, agent: Json) -> tuple[int, Any, dict[str, str]]:
        """The answer about the secrets that an agent's tools name."""
        if method == "PUT":
            sent = json.loads(body)
            self.entered[sent["tool"], sent["name"]] = sent["value"]
            self.left = [each for each in self.left if each[:2] != (sent.get("host"), sent["name"])]
        named = [(tool, name) for tool in agent.get("tools") or () for name in _names(tool)]
        left = [
            {"tool": "", "host": host, "name": name, "set": True, "ending": ending}
            for host, name, ending in self.left
        ]
        return 200, {"secrets": [*(self._told(*each) for each in named), *left]}, {}

    def _told(self, tool: Json, name: str) -> Json:
        value, parts = self.entered.get((tool["name"], name), ""), urlsplit(tool["url"])
        host = f"{parts.scheme}://{parts.netloc}"
        told = {"tool": tool["name"], "host": host, "name": name}
        return {**told, "set": bool(value), "ending": value[-4:]}


def _names(tool: Json) -> list[str]:
    return list(tool.get("secrets") or ())
