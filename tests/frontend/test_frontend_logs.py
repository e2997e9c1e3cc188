"""The site's and the offline server's logs tell exceptions by type and place, without words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.processes import ROOT

FAILS = """
import logging
def fails():
    try:
        raise KeyError("periwinkle")
    except KeyError as error:
        raise ValueError("she said periwinkle") from error
try:
    fails()
except ValueError as error:
    for name in ("uvicorn.error", "local_ai", "asyncio"):
        logging.getLogger(name).error("Exception in ASGI application", exc_info=error)
        logging.getLogger(name).exception("again")
"""
OWN = """
try:
    fails()
except ValueError:
    logs.log.exception("failed")
"""
SITE = "from flask_frontend import logs\nlogs.configure({!r})\n"


@pytest.mark.processes
@pytest.mark.parametrize(
    "code",
    [
        SITE.format("json") + FAILS + OWN,
        SITE.format("console") + FAILS + OWN,
        "from local_ai import logs\nlogs.set_up()\n" + FAILS,
    ],
    ids=["site json", "site console", "offline server"],
)
def test_a_failure_is_told_by_type_and_place(code: str) -> None:
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    written = ended.stdout + ended.stderr
    assert ended.returncode == 0
    assert written.count("ValueError at <string>:") == (7 if OWN in code else 6)
    assert "caused by KeyError at" in written and "fails" in written
    assert "periwinkle" not in written
