"""Debian's packages, installed where apt-get is there and we are root."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence

from scripts.problem import failed_step, say

LAST_LINES = 12


def may_install() -> bool:
    """Whether packages can be installed without asking anybody."""
    return os.name == "posix" and bool(shutil.which("apt-get")) and os.geteuid() == 0


def install(packages: Sequence[str], again: str) -> None:
    """Returns when all of them are installed; Problem when apt-get could not."""
    if not packages:
        return
    named = ", ".join(packages)
    say(f"  {named} from apt (usually 1-2 min)")
    started = time.monotonic()
    lines: list[str] = []
    # The lists of packages may be missing or stale, so a first failure only asks for new ones.
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    for step in (command, ["apt-get", "update"], command):
        done = subprocess.run(
            step,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        lines = done.stdout.splitlines()[-LAST_LINES:]
        if step is command and done.returncode == 0:
            say(f"  {named} from apt: done in {time.monotonic() - started:.0f} s")
            return
    raise failed_step(named, lines, again)
