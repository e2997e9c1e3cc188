"""What operators did, in the words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_frontend.languages.saying import has, say

COMMAND_LINE = "command line"
"""Who did what a command has done, as the backend names them; names of operators have no space."""
PROGRAM = "key "


def maker(name: str) -> str:
    """Returns who did something: an operator by their name, or what was no operator."""
    if name == COMMAND_LINE:
        return say("console.command_line")
    if name.startswith(PROGRAM):
        return say("console.program", name=name.removeprefix(PROGRAM))
    return name


def told(entry: Mapping[str, Any]) -> str:
    """Returns what an entry of the audit tells, without who did it and when."""
    facts = {str(name): str(value) for name, value in (entry.get("facts") or {}).items()}
    facts.setdefault("name", str(entry.get("subject")))
    if "role" in facts:
        facts["role"] = role_name(facts["role"])
    key = f"console-audit.actions.{entry.get('action')}"
    known = key if has(key) else "console-audit.other"
    return say(known, action=entry.get("action"), subject=entry.get("subject"), **facts)


def role_name(role: str) -> str:
    """Returns what a role is called."""
    key = f"console.roles.{role}"
    return say(key) if has(key) else role
