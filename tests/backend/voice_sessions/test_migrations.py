"""A migration that is cut off can be run again."""

from __future__ import annotations

from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader


def test_one_without_a_transaction_around_it_changes_no_table() -> None:
    ours = {k: m for k, m in MigrationLoader(None).disk_migrations.items() if "sessions" in k[0]}
    loose = [each for each in ours.values() if not each.atomic]
    assert loose, "the search is filled by one"
    for each in loose:
        assert all(isinstance(operation, RunPython) for operation in each.operations), each
