"""The tools that every agent may have, as a language model is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agents.dates import in_words
from agents.tools.specs import BuiltInName

NOTE_LENGTH = 500
GOODBYE_LENGTH = 300
GOODBYE = "Goodbye."
"""What the agent says where its model has no last words."""


def _parameters(name: str, description: str, most: int) -> dict[str, Any]:
    text = {"type": "string", "description": description, "maxLength": most}
    return {"type": "object", "properties": {name: text}, "required": [name]}


SCHEMAS: Mapping[BuiltInName, dict[str, Any]] = {
    "end_session": {
        "name": "end_session",
        "description": "Ends the conversation. Use it when the person says goodbye, or when "
        "everything is done and they want nothing more. Say nothing beside it: `goodbye` is said "
        "to the person before the end.",
        "parameters": _parameters("goodbye", "Your last words to the person.", GOODBYE_LENGTH),
    },
    "date_time": {
        "name": "date_time",
        "description": "Tells today's date, the day of the week and the time of day.",
        "parameters": {"type": "object", "properties": {}},
    },
    "note": {
        "name": "note",
        "description": "Notes something down for the people who read this conversation later, "
        "such as a name, a number, or what somebody wants. Use it once for each thing.",
        "parameters": _parameters("text", "What is to be noted, in full.", NOTE_LENGTH),
    },
}


def date_time(zone: str, language: str, at: datetime | None = None) -> str:
    """Returns date and time in a zone: in words of the language, and as ISO 8601."""
    there = (at or datetime.now(UTC)).astimezone(ZoneInfo(zone))
    return f"{in_words(there.date(), language)}, {there:%H:%M} ({there:%Y-%m-%dT%H:%M%z}, {zone})"
