"""Without a key: the ears, the language model and the voice of this computer."""

from __future__ import annotations

import asyncio

from ..lines import PLAIN
from ..local import offline, wire
from ..local.guest import MODEL
from ..local.product import product
from ..measure import Cell, Turn
from ..person import Heard
from ..usage import Usage
from .missing import Missing

UNANSWERED = "Keyless was not measured: no language model answers here; `make run` fetches it."


def measure(people: int, lines: int) -> Cell:
    """That many people with the model that the cache has; raises Missing when it has none."""
    try:
        with product({"LOCAL_LLM": "auto"}) as running:
            running.offline.wait_for_head()
            found = asyncio.run(wire.measure(running, MODEL, people, lines))
    except offline.Missing as missing:
        raise Missing(UNANSWERED) from missing
    return _as_cell(found)


def _as_cell(found: wire.Cell) -> Cell:
    turns = [
        Turn(PLAIN, Heard(turn.wait, turn.premature), split=False, llm_requests=1)
        for turn in found.turns
    ]
    cores = sum(load.cores for load in found.loads) / found.people
    megabytes = sum(load.megabytes for load in found.loads) / found.people
    cell = Cell("keyless", found.people, turns, found.greetings, [Usage(cores, megabytes)])
    cell.elsewhere.append(found.elsewhere)
    cell.stt_mode = "own model"
    return cell
