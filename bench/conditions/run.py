"""The shipped settings under conditions that a loopback does not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import runs
from ..measure import Cell
from ..systems import SHIPPED, SHIPPED_BATCH
from . import keyless, network
from .far import far
from .missing import Missing

DISTANCE, NETWORK, KEYLESS = "distance", "network", "keyless"
NAMES = (DISTANCE, NETWORK, KEYLESS)
SYSTEMS = (SHIPPED, SHIPPED_BATCH)
PEOPLE, LINES = 4, 24
KEYLESS_PEOPLE, KEYLESS_LINES = 1, 8
TOLD = {DISTANCE: "40 ms and TLS", NETWORK: "2 % lost, 30 ms jitter"}


def measure(name: str, lines: int | None = None) -> tuple[list[Cell], list[str]]:
    """Returns the condition's cells, and a sentence where it cannot be made here."""
    try:
        if name == KEYLESS:
            return [keyless.measure(KEYLESS_PEOPLE, min(lines or LINES, KEYLESS_LINES))], []
        found = _far(lines or LINES) if name == DISTANCE else _bad_network(lines or LINES)
    except Missing as missing:
        return [], [str(missing)]
    return [replace(cell, system=f"{cell.system}, {TOLD[name]}") for cell in found], []


def _far(lines: int) -> Sequence[Cell]:
    with runs.services() as around, far(around) as distant:
        return runs.cells(distant, SYSTEMS, {PEOPLE: lines})


def _bad_network(lines: int) -> Sequence[Cell]:
    return network.measure(SYSTEMS, PEOPLE, lines)
