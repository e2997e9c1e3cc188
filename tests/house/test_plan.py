"""What `make test` runs in which of its steps: no test may fall between two of them."""

from __future__ import annotations

from support.processes import ROOT

from scripts.checks.plan import BROWSER_TESTS


def test_every_test_in_a_browser_is_where_the_step_end_to_end_looks() -> None:
    folders = [ROOT / folder for folder in BROWSER_TESTS]
    marked = [
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if "mark.e2e" in path.read_text(encoding="utf-8")
    ]
    assert len(marked) > 10
    elsewhere = [path for path in marked if not any(map(path.is_relative_to, folders))]
    assert [str(path) for path in elsewhere if path.name != "test_plan.py"] == []
