"""How a failure is told in a log: its types and places, and nothing of what it says."""

from __future__ import annotations

import traceback
from pathlib import Path

MOST_CAUSES = 8
MOST_FRAMES = 12


def by_place(error: BaseException) -> str:
    """The types of an exception and its causes, and where they arose: no messages, which may have
    people's words."""
    lines: list[str] = []
    found: BaseException | None = error
    while found is not None and len(lines) < MOST_CAUSES:
        frames = traceback.extract_tb(found.__traceback__)[-MOST_FRAMES:]
        places = " > ".join(
            f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames
        )
        lines.append(f"{type(found).__name__} at {places or 'no place'}")
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\ncaused by ".join(lines)
