"""The programs that a cluster needs beside our own."""

from __future__ import annotations

import shutil

from scripts.cluster import stores
from scripts.problem import Problem
from scripts.setup import apt

HOW = {
    "postgresql": "PostgreSQL (Debian: apt install postgresql; macOS: brew install postgresql)",
    "redis-server": "Redis (Debian: apt install redis-server; macOS: brew install redis)",
    "caddy": "Caddy (Debian: apt install caddy; macOS: brew install caddy)",
}


def ensure(again: str) -> None:
    """Returns when they are there, installed from apt where that is possible."""
    if missing := _missing():
        if apt.may_install():
            apt.install(missing, again)
        else:
            raise Problem(
                f"{' and '.join(HOW[name] for name in missing)} must be installed for this. "
                f"Install what is missing and run `{again}` again."
            )


def _missing() -> list[str]:
    found = {
        "postgresql": stores.postgres_folder(),
        "redis-server": shutil.which("redis-server"),
        "caddy": shutil.which("caddy"),
    }
    return [name for name, place in found.items() if place is None]
