"""Who can read the record on the disk: its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from config.private import private_database, private_folder
from support.backend import environment
from support.processes import ROOT, Process

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions"),
]
BACKEND = ROOT / "django_backend"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def careless() -> object:
    """A umask that leaves new files to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless")
def test_a_new_database_and_what_sqlite_puts_beside_it_are_private(tmp_path: Path):
    import sys

    folder = tmp_path / "data"
    env = environment(folder)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    with Process(command, env=env, cwd=BACKEND) as process:
        assert process.wait(seconds=60) == 0, process.output()
    assert mode(folder) == 0o700
    found = {path.name: mode(path) for path in folder.iterdir()}
    assert "voice-agent.sqlite3" in found
    assert set(found.values()) == {0o600}


@pytest.mark.usefixtures("careless")
def test_what_an_older_version_left_open_is_tightened(tmp_path: Path):
    database = tmp_path / "voice-agent.sqlite3"
    names = [database.name, *(f"{database.name}{ending}" for ending in ("-wal", "-shm"))]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    private_database(database)
    assert [mode(tmp_path / name) for name in names] == [0o600] * 3
    assert mode(tmp_path) == 0o700


@pytest.mark.usefixtures("careless")
def test_a_record_in_use_gives_nothing_away(tmp_path: Path):
    import sqlite3

    database = tmp_path / "record.sqlite3"
    private_database(database)
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        found = {path.name: mode(path) for path in tmp_path.iterdir()}
    connection.close()
    assert set(found) == {"record.sqlite3", "record.sqlite3-wal", "record.sqlite3-shm"}
    assert set(found.values()) == {0o600}
