"""`python -m bench local`: what the keyless voice hears, how soon it answers, what it says.

Writes bench/results/local.json, and its tables into docs/local-voice.md, part by part; ends with 1
and a sentence for each bar that is missed. What is not there is told and left out. Only `fresh`
fetches anything: the new clone its packages and ears, which are deleted again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bench.usage import run_undisturbed
from tests.support.processes import ROOT

from . import bars, fresh, questions, sizes, starts, tables, wire, words
from .guest import MODEL, SCRIPT
from .offline import Missing
from .product import Product, product

T = TypeVar("T")

RESULTS = ROOT / "bench" / "results" / "local.json"
PAGE = ROOT / "docs" / "local-voice.md"
PEOPLE = (1, 2, 4)
TURNS, QUICK_TURNS = 12, 4


@dataclass
class Found:
    """Everything that this run measured: results, tables by marker, and sentences."""

    results: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, name: str, figures: list[Any], table: str) -> None:
        """Takes the figures and their table in, unless there are none."""
        if figures:
            self.results[name] = [asdict(figure) for figure in figures]
            self.show(name, table)

    def show(self, name: str, table: str) -> None:
        """Prints one more table of figures that are taken in already."""
        self.tables[name] = table
        print(f"\n{table}\n")


def main(arguments: list[str]) -> int:
    """Measures the parts that are named, all of them by default; 0 when their bars are met."""
    options = _options(arguments)
    if options.undisturbed:
        run_undisturbed()
    found, cache = Found(), {"LOCAL_AI_CACHE": str(options.cache)} if options.cache else {}
    for part in options.parts or _MEASURES:
        _MEASURES[part](found, options, cache)
        _store(found, options)
    print("\n".join(found.missing))
    print("\n".join(f"The bar is missed: {said}" for said in found.missed) or "The bars are met.")
    return 1 if found.missed else 0


def _words(found: Found, options: argparse.Namespace, cache: dict[str, str]) -> None:
    heard: list[words.Ears] = []
    for measure in words.measure(cache, options.recordings):
        heard += _unless_missing(found, measure)
    found.add("words", heard, tables.of_words(heard))
    found.missed += bars.of_words(heard)


def _wire(found: Found, options: argparse.Namespace, cache: dict[str, str]) -> None:
    cells: list[wire.Cell] = []
    for head in (SCRIPT, MODEL):
        cells += _unless_missing(found, partial(_cells, head, options, cache))
    found.add("waits", cells, tables.of_waits(cells))
    if cells:
        found.show("loads", tables.of_loads(cells))
    found.missed += bars.of_waits(cells)


def _cells(head: str, options: argparse.Namespace, cache: dict[str, str]) -> list[wire.Cell]:
    cells = []
    with _product(head, cache) as running:
        for people in options.people:
            cells.append(asyncio.run(wire.measure(running, head, people, options.turns)))
            print(f"wire: {head}, {people} at once")
    return cells


def _questions(found: Found, options: argparse.Namespace, cache: dict[str, str]) -> None:
    asked = _unless_missing(found, partial(_ask, cache))
    found.add("questions", asked, tables.of_questions(asked))
    found.missed += bars.of_questions(asked)


def _ask(cache: dict[str, str]) -> list[questions.Asked]:
    with _product(MODEL, cache) as running:
        return asyncio.run(questions.ask_all(running))


def _starts(found: Found, options: argparse.Namespace, cache: dict[str, str]) -> None:
    figures = starts.measure(cache)
    found.add("starts", figures, tables.of_starts(figures))


def _sizes(found: Found, options: argparse.Namespace, cache: dict[str, str]) -> None:
    figures = sizes.measure(cache)
    found.add("sizes", figures, tables.of_sizes(figures))


def _fresh(found: Found, options: argparse.Namespace, cache: dict[str, str]) -> None:
    try:
        start = fresh.measure(options.fresh)
    except Exception as error:  # of a program or a network that fails, whatever it is
        found.missed.append(f"a fresh clone does not get ready: {type(error).__name__}, {error}")
        return
    found.add("fresh", [start], tables.of_fresh(start))
    found.missed += fresh.misses(start)


@contextmanager
def _product(head: str, cache: dict[str, str]) -> Iterator[Product]:
    """The product with the script, or with the language model once that answers."""
    with product({**cache, "LOCAL_LLM": "off" if head == SCRIPT else "auto"}) as running:
        if head == MODEL:
            running.offline.wait_for_head()
        yield running


def _unless_missing(found: Found, measure: Callable[[], list[T]]) -> list[T]:
    """Returns what was measured; nothing, with its sentence, when something is missing."""
    try:
        return measure()
    except Missing as missing:
        found.missing += [str(missing)] * (str(missing) not in found.missing)
        return []


def _store(found: Found, options: argparse.Namespace) -> None:
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**before, **found.results}, indent=1))
    if options.keep_page:
        return
    text = PAGE.read_text(encoding="utf-8")
    for name, table in found.tables.items():
        text = tables.placed(text, name, f"{_measured(options)}\n\n{table}")
    PAGE.write_text(text, encoding="utf-8")


def _measured(options: argparse.Namespace) -> str:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    python = f"Python {platform.python_version()}"
    return f"Measured on {date.today():%-d %B %Y}: {cores} cores, {platform.system()}, {python}."


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench local", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(_MEASURES))
    parser.add_argument("--quick", action="store_true", help="few lines: a trial")
    parser.add_argument("--turns", type=int, default=TURNS, help="lines of all people together")
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE, help="how many at once")
    parser.add_argument("--cache", type=Path, help="where the fetched files are, if not as set")
    parser.add_argument("--recordings", type=Path, help="people's WAV files with .txt beside them")
    parser.add_argument(
        "--undisturbed", action="store_true", help="run before all other programs (Linux, root)"
    )
    parser.add_argument("--keep-page", action="store_true", help="leave docs/local-voice.md alone")
    parser.add_argument(
        "--fresh", action="store_true", help="the new clone fetches the language model as well"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(_MEASURES):
        parser.error(f"there is no part {unknown.pop()!r}, only {', '.join(_MEASURES)}")
    options.turns = QUICK_TURNS if options.quick else options.turns
    return options


_MEASURES = {
    "words": _words,
    "wire": _wire,
    "questions": _questions,
    "starts": _starts,
    "fresh": _fresh,
    "sizes": _sizes,
}
