"""`dev.py manage`: the backend's own commands, with the settings of `make run`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import ROOT

pytestmark = pytest.mark.processes


def test_a_command_of_the_backend_finds_the_database_of_make_run(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "scripts/dev.py", "manage", "agents", "list"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1 and ran.stdout == ""
    assert "The database cannot be used (no such table" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (tmp_path / "voice-agent.sqlite3").exists()
