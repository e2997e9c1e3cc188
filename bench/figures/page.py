"""The tables and the picture of docs/bench.md, written between their markers."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from datetime import date

from tests.support.processes import ROOT

from .. import report
from ..asked import middle
from ..local.tables import placed, table
from ..measure import Cell
from ..prices import source
from .picture import picture

PAGE = ROOT / "docs" / "bench.md"
PICTURE = ROOT / "docs" / "turn.svg"


def texts(
    cells: list[Cell], conditions: list[Cell], stopped: list[float], said: list[str], command: str
) -> dict[str, str]:
    """Returns what stands between each pair of markers; `said` are sentences about the run."""
    rows = report.rows([*cells, *conditions])
    below = [report.interruption_line(stopped), source(), *said]
    return {
        "waits": "\n\n".join([_measured(command), table(list(report.HEADINGS), rows), *below]),
        "kinds": table(report.kind_headings(), report.kind_rows(cells)),
    }


def write(found: Mapping[str, str], cells: list[Cell]) -> None:
    """Puts the texts and the picture into the page."""
    document = PAGE.read_text(encoding="utf-8")
    for name, text in found.items():
        document = placed(document, name, text)
    PAGE.write_text(document, encoding="utf-8")
    if drawn := drawing(cells):
        PICTURE.write_text(drawn, encoding="utf-8")


def drawing(cells: list[Cell]) -> str:
    """Returns the picture of a turn of one person alone, empty when nobody was alone."""
    bars = {
        f"{cell.system} ({cell.stt_mode})": stages
        for cell in cells
        if (stages := middle(cell.stages))
    }
    return picture(bars) if bars else ""


def _measured(command: str) -> str:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    python = f"Python {platform.python_version()}"
    where = f"{cores} cores, {platform.system()}, {python}"
    return f"Measured on {date.today():%-d %B %Y} by `{command}`: {where}."
