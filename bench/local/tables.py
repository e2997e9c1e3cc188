"""The figures as tables of Markdown, and where they stand in docs/local-voice.md."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from bench.report import percentile

from . import words
from .bars import waits
from .fresh import FreshStart
from .questions import Asked
from .sizes import Size
from .starts import Start
from .wire import Cell
from .words import FALLBACK, NEW, Ears

NONE = "-"


def of_words(found: list[Ears]) -> str:
    """Words wrong by speaker and condition, the engines side by side."""
    keys = dict.fromkeys((part.speaker, part.condition) for part in found)
    rows = []
    for speaker, condition in keys:
        these = [p for p in found if (p.speaker, p.condition) == (speaker, condition)]
        by_engine = {part.engine: part for part in these}
        cells = [_words_wrong(by_engine.get(engine)) for engine in (FALLBACK, NEW)]
        times = [_seconds_a_second(by_engine.get(engine)) for engine in (FALLBACK, NEW)]
        rows.append([speaker, condition, str(words.words(these[:1])), *cells, *times])
    heads = ["speaker", "condition", "words"]
    heads += [f"{engine}: % wrong" for engine in (FALLBACK, NEW)]
    heads += [f"{engine}: s per s of sound" for engine in (FALLBACK, NEW)]
    return table(heads, rows)


def of_waits(cells: list[Cell]) -> str:
    """Waits by what answers and how many people, and the greeting."""
    heads = ["settings", "people", "answered by", "replies", "p50 s", "p90 s", "most s"]
    heads += ["greeting s", "no reply", "before the end", "cores busy elsewhere"]
    rows = []
    for cell in cells:
        for head in dict.fromkeys(turn.head for turn in cell.turns):
            these = [turn for turn in cell.turns if turn.head == head]
            found = waits(cell, head)
            row = [cell.head, str(cell.people), head, str(len(these))]
            row += [_seconds(percentile(found, 0.5)), _seconds(percentile(found, 0.9))]
            row += [_seconds(max(found, default=math.nan)), _seconds(_middle(cell.greetings))]
            row += [str(sum(turn.wait is None for turn in these))]
            row += [str(sum(turn.premature for turn in these)), f"{cell.elsewhere:.2f}"]
            rows.append(row)
    return table(heads, rows)


def of_loads(cells: list[Cell]) -> str:
    """Cores and memory of each process while people talk."""
    names = dict.fromkeys(load.name for cell in cells for load in cell.loads)
    heads = ["process", *(f"{cell.head}, {cell.people}: cores, MB" for cell in cells)]
    rows = []
    for name in names:
        by_cell = [[load for load in cell.loads if load.name == name] for cell in cells]
        found = [f"{x[0].cores:.2f}, {x[0].megabytes:.0f}" if x else NONE for x in by_cell]
        rows.append([name, *found])
    all_cores = [sum(load.cores for load in cell.loads) for cell in cells]
    all_bytes = [sum(load.megabytes for load in cell.loads) for cell in cells]
    sums = [f"{cores:.2f}, {mb:.0f}" for cores, mb in zip(all_cores, all_bytes, strict=True)]
    return table(heads, [*rows, ["all together", *sums]])


def of_questions(found: list[Asked]) -> str:
    """Every question with its reply and verdict."""
    heads = ["question", "as heard", "reply", "wait s", "verdict", "as spoken"]
    rows = [
        [q.ask, q.heard_as, q.reply, _seconds(_number(q.wait)), q.verdict, q.voice] for q in found
    ]
    return table(heads, rows)


def of_starts(found: list[Start]) -> str:
    """Seconds until the offline server is ready."""
    heads = ["start", "ears and voice answer after s", "the language model after s"]
    rows = [
        [s.kind, _seconds(s.voice), _seconds(math.nan if s.head is None else s.voice + s.head)]
        for s in found
    ]
    return table(heads, rows)


def of_sizes(found: list[Size]) -> str:
    """Megabytes of what is fetched and installed."""
    heads = ["what", "download MB", "on the disk MB"]
    rows = [[size.what, _megabytes(size.download), _megabytes(size.disk)] for size in found]
    return table(heads, rows)


def of_fresh(start: FreshStart) -> str:
    """Seconds of a new clone's first `make run`."""
    heads = ["ready after s", "greets after s", "ears were fetched in s"]
    return table(heads, [[_seconds(start.ready), _seconds(start.greets), _seconds(start.fetching)]])


def table(heads: list[str], rows: Iterable[list[str]]) -> str:
    """The table in Markdown; what would end a cell is written so that it does not."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)


def placed(document: str, name: str, text: str) -> str:
    """The document with the text between its two markers of that name; raises ValueError."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not found.search(document):
        raise ValueError(f"there is no {begin} with its {end}")
    return found.sub(lambda _: f"{begin}\n{text}\n{end}", document)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;").strip() or NONE


def _words_wrong(part: Ears | None) -> str:
    return f"{words.wrong([part]):.1f}" if part else NONE


def _seconds_a_second(part: Ears | None) -> str:
    return f"{part.seconds / part.sound_seconds:.3f}" if part else NONE


def _middle(values: list[float | None]) -> float:
    return percentile([value for value in values if value is not None], 0.5)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _seconds(value: float) -> str:
    return NONE if math.isnan(value) else f"{value:.2f}"


def _megabytes(value: float | None) -> str:
    return NONE if value is None else f"{value:.0f}"
