"""`{{names}}` in what an operator wrote, filled with what is known when a session starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from agents.dates import in_words

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PLACE = re.compile(r"\{\{([^{}]*)\}\}")
"""Blanks around a name are taken off afterwards: a pattern that does so tries for ever."""
KNOWN = ("visitor_name", "date", "time")
"""What every session knows: the name of its person, and the agent's date and time of day."""


def filled(text: str, values: Mapping[str, str]) -> str:
    """Returns the text with each `{{name}}` in place of its value; unknown names stay."""
    return PLACE.sub(lambda place: values.get(place[1].strip(), place[0]), text)


def unknown(text: str, names: Iterable[str]) -> list[str]:
    """Returns what stands in `{{…}}` and is neither among these names nor known to all sessions."""
    given = {*names, *KNOWN}
    return sorted({place.strip() for place in PLACE.findall(text)} - given)


def known(visitor_name: str, at: datetime, zone: str, language: str) -> dict[str, str]:
    """Returns what every session knows: the date in that zone and language, the time as 14:05."""
    there = at.astimezone(ZoneInfo(zone))
    date = in_words(there.date(), language)
    return {"visitor_name": visitor_name, "date": date, "time": f"{there:%H:%M}"}
