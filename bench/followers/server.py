"""The backend that is followed: a process of its own, which stores what it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.cluster import stores
from tests.support.backend import empty_record, environment
from tests.support.processes import ROOT, answers
from tests.support.waiting import until_async

MANY = "100000"
UNLIMITED = {
    "MAX_SOCKETS_PER_VISITOR": MANY,
    "SLOW_CLIENTS_PER_ADDRESS": MANY,
    "LOG_LEVEL": "ERROR",
}


@dataclass(frozen=True)
class Followed:
    """A server on this port of loopback that does what it is asked."""

    port: int
    process: asyncio.subprocess.Process

    async def ask(self, **command: Any) -> dict[str, Any]:
        """Returns the answer to one command of `tests/fakes/followed.py`."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        answer = await self.process.stdout.readline()
        if not answer:
            raise RuntimeError("The followed server has ended.")
        return dict(json.loads(answer))


@contextlib.asynccontextmanager
async def followed(checkout: Path, *, has_stores: bool = False) -> AsyncIterator[Followed]:
    """Runs the backend of a checkout for the block, on SQLite and without Redis, as `make run`.

    With stores it runs on a PostgreSQL and a Redis of its own instead.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        shutil.copy(empty_record(), folder)
        settings = {**environment(Path(folder)), **UNLIMITED}
        if has_stores:
            settings |= stack.enter_context(stores.running(Path(folder)))
            await _migrate(checkout, settings)
        paths = (checkout / "django_backend", checkout, ROOT / "tests", ROOT)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fakes.followed"),
            env={**os.environ, **settings, "PYTHONPATH": ":".join(map(str, paths))},
            cwd=checkout / "django_backend",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        port = int(settings["BACKEND_PORT"])
        try:
            url = f"http://127.0.0.1:{port}/health"
            await until_async(lambda: answers(url), seconds=60, what="the backend answers")
            yield Followed(port, process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _migrate(checkout: Path, settings: dict[str, str]) -> None:
    backend = checkout / "django_backend"
    migrating = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", "migrate", "--verbosity", "0"),
        env={**os.environ, **settings},
        cwd=backend,
    )
    if await migrating.wait():
        raise RuntimeError("The record's tables could not be made.")
