"""A storage of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from config import recordings


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """The folder of the recordings; a test may set another storage."""
    settings.STORAGES = {**settings.STORAGES, "recordings": recordings.folder(tmp_path)}
    return tmp_path
