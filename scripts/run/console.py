"""How somebody at this terminal becomes the first operator."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from scripts.problem import say

PATIENCE = 30.0


def tell_link(python: Path, backend: Path, address: str, env: Mapping[str, str]) -> None:
    """Says it once everything is ready, where nobody is one yet and a person may be reading.

    Only a terminal is told: a link that makes an owner belongs into no log. `address` is the
    site's on this machine; where the world has another one, the setting SITE_URL says so.
    """
    if not sys.stdout.isatty():
        return
    command = [str(python), "manage.py", "operatorlink", "--first"]
    if urlsplit(address).scheme == "http":
        command += ["--site", address]
    try:
        found = subprocess.run(
            command, cwd=backend, env=env, capture_output=True, text=True, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    if link := found.stdout.strip():
        say(f"To make agents, become the operator here, once and within an hour: {link}")
