"""Writes the table of habits in docs/servers.md anew."""

from __future__ import annotations

from pathlib import Path

from . import with_table

PAGE = Path(__file__).resolve().parents[4] / "docs/servers.md"
PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
