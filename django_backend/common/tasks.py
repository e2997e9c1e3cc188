"""Tasks with an owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Runs coroutines beside its owner, who cancels and awaits what is left of them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """The coroutine as a task that is kept until it is done."""
        task = asyncio.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finish(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """What the coroutine returns; it goes on when who awaits this is cancelled."""
        return await asyncio.shield(self.start(coroutine))

    async def ended(self, seconds: float) -> bool:
        """Whether nothing runs any more, at the latest after that time."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        return not self._running

    async def cancel(self) -> None:
        """Returns when nothing runs any more."""
        await cancel(*self._running)


async def cancel(*tasks: asyncio.Future[Any]) -> None:
    """Cancels tasks and returns when they have ended, whatever they raised."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
