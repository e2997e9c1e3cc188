"""Functions stay small, typed and told: the product's are no worse than they were."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from functions import Count, count
from support.processes import ROOT
from walls import modules

MEDIAN, PERCENTILE_95 = 6, 20
ANNOTATED, TOLD = 0.99, 0.95


@cache
def ours() -> Count:
    return count(modules(ROOT))


def test_functions_stay_small() -> None:
    assert ours().size(0.5) <= MEDIAN
    assert ours().size(0.95) <= PERCENTILE_95


def test_parameters_and_results_have_types() -> None:
    assert ours().annotated >= ANNOTATED, ours().bare


def test_what_is_public_says_what_it_gives() -> None:
    assert ours().told >= TOLD, ours().silent


def test_what_returns_a_dict_a_float_or_a_tuple_says_what_is_in_it() -> None:
    assert ours().shapeless == []


def test_lines_types_and_docstrings_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""A module."""\n'
        "def told(a: int, *rest: str) -> int:\n"
        '    """Gives it back."""\n'
        "    return a\n"
        "class Silent:\n"
        "    def bare(self, b) -> tuple[int, float] | None:\n"
        "        return b\n"
        "    def _own(self) -> None: ...\n"
        "class Handler(Base):\n"
        '    """Is called by its base."""\n'
        "    def handle(self) -> None: ...\n"
    )
    found = count([path])
    assert found.sizes == [3, 2, 1, 1]
    assert (found.size(0.5), found.size(0.95)) == (1, 3)
    assert (found.annotations, found.bare) == (7, [f"{path}:6 bare"])
    assert [each.split()[1] for each in found.shapeless] == ["bare"]
    assert (found.public, [each.split()[1] for each in found.silent]) == (5, ["Silent", "bare"])
