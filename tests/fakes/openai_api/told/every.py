"""What is told of habits that servers of every kind have."""

from __future__ import annotations

from collections.abc import Mapping

from .entries import SLOWLY, USUAL, Entry

TOLD: Mapping[str, Entry] = {
    "moved_here": USUAL,
    "moved_away": "moved",
    "circles": "moved",
    "takes_2s": USUAL,
    "takes_2s_after_headers": USUAL,
    "loads_2s": USUAL,
    "loads_after_role": USUAL,
    **dict.fromkeys(
        [f"{how}_{seconds}" for how in ("takes", "loads") for seconds in ("8s", "15s")], SLOWLY
    ),
    **dict.fromkeys(["takes_8s_after_headers", "takes_15s_after_headers"], SLOWLY),
}
