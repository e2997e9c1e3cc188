"""Fetches beside other work: in a process of its own, which can be stopped at any time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from local_ai.fetch.cache import Kind
from local_ai.fetch.failed import DIED, FetchFailed
from local_ai.settings import Settings

_IMPORTABLE_FROM = Path(__file__).resolve().parents[2]
_PROGRAM = ("-m", "local_ai.fetch")
_END_SECONDS = 5.0


async def fetch(kind: Kind, settings: Settings, on_progress: Callable[[int, int], None]) -> None:
    """Returns when everything of the kind is in the cache; raises FetchFailed.

    `on_progress` gets the bytes that are there so far, and how many they will be. Cancelled, it
    ends the process; what came so far stays for the next time.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *_PROGRAM, kind),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        cwd=_IMPORTABLE_FROM,
        env={**os.environ, "LOCAL_AI_CACHE": str(settings.cache.absolute())},
    )
    try:
        await _follow(process, on_progress)
    finally:
        await asyncio.shield(_end(process))


async def _follow(
    process: asyncio.subprocess.Process, on_progress: Callable[[int, int], None]
) -> None:
    assert process.stdout is not None
    async for raw in process.stdout:
        line = json.loads(raw)
        if "failed" in line:
            raise FetchFailed(line["failed"], line["message"])
        on_progress(line["fetched_bytes"], line["total_bytes"])
    if await process.wait():
        raise FetchFailed(DIED, "The process that fetches ended by itself.")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Returns when the process has exited: asked, then killed."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
