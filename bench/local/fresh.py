"""A new clone's first `make run`, with a media server on the PATH, until somebody is greeted."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.systems import Rest
from scripts.setup.local_voice import EARS
from tests.support.media_server import binary
from tests.support.ports import free_port
from tests.support.processes import ROOT, Process
from tests.support.waiting import until

from .guest import Guest
from .product import KEYLESS

MOST_SECONDS = 90.0
_DEADLINE = 900.0
_PORTS = ("FRONTEND_PORT", "BACKEND_PORT", "LIVEKIT_PORT", "LIVEKIT_UDP_PORT", "LOCAL_AI_PORT")
_FETCHED = re.compile(rf"(?m)^ *{EARS}: done in (\d+) s$")


@dataclass(frozen=True)
class FreshStart:
    """In seconds from `make run`: ready, the greeting heard, and how long the ears were fetched.

    The voice comes with the packages.
    """

    ready: float
    greets: float
    fetching: float


def measure(fetches_model: bool) -> FreshStart:
    """Clones what is committed, with an empty cache, and runs it until the greeting is heard.

    The language model is fetched meanwhile as `make run` does it, or left alone.
    """
    with tempfile.TemporaryDirectory(prefix="bench-fresh-") as name:
        folder = Path(name)
        clone = ["git", "clone", "--quiet", str(ROOT), str(folder / "clone")]
        with Process(clone) as cloning:
            assert cloning.wait(seconds=60) == 0, cloning.output()
        return _run(folder, _environment(folder, fetches_model))


def misses(start: FreshStart) -> list[str]:
    """One sentence when the greeting came too late."""
    if (seconds := start.greets - start.fetching) <= MOST_SECONDS:
        return []
    return [f"a fresh clone greets after {seconds:.0f} s beside fetching, not {MOST_SECONDS:.0f}."]


def _run(folder: Path, env: Mapping[str, str | None]) -> FreshStart:
    python = getattr(sys, "_base_executable", sys.executable)
    begun = time.monotonic()
    with Process([python, "scripts/dev.py", "run"], env=env, cwd=folder / "clone") as run:

        def is_ready() -> bool:
            assert run.exit_code is None, run.output()
            return "Ready after" in run.output()

        until(is_ready, seconds=_DEADLINE, what="make run is ready")
        ready = time.monotonic() - begun
        asyncio.run(_greeted(f"http://127.0.0.1:{env['BACKEND_PORT']}"))
        greets = time.monotonic() - begun
        return FreshStart(ready, greets, fetching_seconds(run.output()))


def fetching_seconds(output: str) -> float:
    """Returns how long `make run` says that it fetched the ears, 0 when it did not."""
    return sum(float(found) for found in _FETCHED.findall(output))


async def _greeted(url: str) -> None:
    guest = Guest()
    try:
        async with Rest(url) as rest:
            await guest.join(*await rest.token("fresh", "fresh"))
            async with rest.session("fresh", "fresh"):
                assert await guest.first_sound(time.monotonic(), 30), "nobody greeted"
    finally:
        await guest.leave()


def _environment(folder: Path, fetches_model: bool) -> dict[str, str | None]:
    """The environment of somebody who has just cloned it and has no key, on ports of its own."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "livekit-server").symlink_to(binary())
    ours = ("PYTHONPATH", "VIRTUAL_ENV", "LIVEKIT_SERVER_BIN", "DJANGO_SETTINGS_MODULE")
    return {
        **dict.fromkeys(ours),
        **KEYLESS,
        **{name: str(free_port()) for name in _PORTS},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "LOCAL_AI_CACHE": str(folder / "cache"),
        "LOCAL_LLM": None if fetches_model else "off",
    }
