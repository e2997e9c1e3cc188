"""Tasks with an owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Runs coroutines beside its owner, which cancels and awaits what is left of them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Returns the coroutine as a task that is kept until it is done."""
        task = asyncio.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finish(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Returns what the coroutine returns, which goes on when the caller is cancelled."""
        return await asyncio.shield(self.start(coroutine))

    async def ended(self, seconds: float) -> bool:
        """Returns whether nothing runs any more, at the latest after so many seconds."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        return not self._running

    async def cancel(self) -> None:
        """Cancels what runs, and returns when nothing does any more."""
        await cancel(*self._running)


async def cancel(*tasks: asyncio.Future[Any]) -> None:
    """Cancels tasks and returns when they have ended, whatever they raised."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
