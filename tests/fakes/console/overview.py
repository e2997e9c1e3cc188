"""Everybody's sessions, and usage, as the console's fake backend tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.console.contract import NOT_FOUND, Answer, Asked, Json

if TYPE_CHECKING:
    from fakes.console.server import FakeConsole


def sessions(fake: FakeConsole, asked: Asked, _name: str, parts: list[str]) -> Answer:
    """Everybody's sessions; of a page there is one more where two or more are left."""
    if not parts[1:]:
        listed = [
            each for each in fake.sessions if asked.query.get("before", "") < each["session_id"]
        ]
        following = listed[1]["session_id"] if len(listed) > 2 else None
        return 200, {"sessions": listed[:2], "next": following}, {}
    found = next((each for each in fake.sessions if each["session_id"] == parts[1]), None)
    return (200, found, {}) if found else NOT_FOUND


def usage(query: dict[str, str]) -> Json:
    """Three rows and their total."""
    by, days = query["by"], {"from": "2026-03-01", "to": "2026-03-03"}
    sums = {"tried": 1, "minutes": 61.4, "input_tokens": 1_204_512, "output_tokens": 40_118}
    rows = [
        {"day": None, "agent": None, **sums, "sessions": n, "characters": 9000 * n, by: key}
        for n, key in enumerate(("2026-03-03", "2026-03-02", "2026-03-01"))
    ]
    total = {"day": None, "agent": None, **sums, "sessions": 3, "characters": 27_000}
    return {**days, **query, "rows": rows, "total": total}
