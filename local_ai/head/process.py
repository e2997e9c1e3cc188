"""The language model's process as the server sees it: questions in, pieces of answers out."""

import asyncio
import itertools
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from local_ai.child import Child
from local_ai.failures import ModelStopped
from local_ai.head.worker import Load
from local_ai.wire import Message

logger = logging.getLogger("local_ai")

Change = Literal["up", "down", "failed", "unusable"]
MODULE = "local_ai.head.worker"
_MOST_DEATHS = 3
_FORGIVEN_AFTER = 600.0
_PAUSES = (0.0, 2.0, 10.0)
"""Seconds before the model is loaded for the first time, the second and the third."""


@dataclass
class Job:
    """One question under way: its pieces as they come, and when it has really stopped."""

    channel: int
    pieces: asyncio.Queue[dict[str, Any] | None] = field(default_factory=asyncio.Queue)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    is_lost: bool = False


class ModelProcess:
    """A process with the model, replaced when it dies and given up after a few times.

    `on_change` hears `up`, `down` (a new one is loading), `failed` (given up) and `unusable` (the
    file is no model that can be loaded).
    """

    def __init__(
        self, load: Load, on_change: Callable[[Change], None], module: str = MODULE
    ) -> None:
        self._load = load
        self._on_change = on_change
        self._channels = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._deaths: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._up = False
        self._ended = False
        self._child = Child(module, on_message=self._take, on_ready=self._ready, on_exit=self._lost)

    @property
    def is_up(self) -> bool:
        """Whether questions are answered."""
        return self._up and self._child.ready

    async def start(self) -> None:
        """Return when the process runs; `on_change` tells when the model is loaded."""
        await self._child.start()

    async def close(self) -> None:
        """Return when the process is gone and nothing restarts it."""
        self._ended = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._child.close()

    def ask(self, request: dict[str, Any]) -> Job:
        """Returns the job of a request to llama.cpp's server; raises ModelStopped."""
        if not self.is_up:
            raise ModelStopped
        job = Job(next(self._channels))
        self._jobs[job.channel] = job
        self._child.send("Q", job.channel, json.dumps(request).encode())
        return job

    def cancel(self, job: Job) -> None:
        """Have it stop within the next tokens; `job.stopped` is set when it has."""
        if not job.stopped.is_set():
            self._child.send("C", job.channel)

    async def pieces(self, job: Job) -> AsyncGenerator[dict[str, Any]]:
        """The answer as llama.cpp's server gives it, piece by piece; raises ModelStopped."""
        try:
            while (piece := await job.pieces.get()) is not None:
                yield piece
            if job.is_lost:
                raise ModelStopped
        finally:
            self.cancel(job)

    def _ready(self) -> None:
        """Load, after a pause when the last process died."""
        pause = _PAUSES[min(len(self._deaths), len(_PAUSES) - 1)]
        self._own(self._load_after(pause))

    async def _load_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._child.send("L", 0, json.dumps(asdict(self._load)).encode())

    def _take(self, message: Message) -> None:
        if message.kind == "U":
            self._up = True
            self._on_change("up")
        elif message.kind == "N":
            self._give_up("unusable")
        elif (job := self._jobs.get(message.channel)) is None:
            return
        elif message.kind == "T":
            job.pieces.put_nowait(json.loads(message.body))
        elif message.kind == "D":
            self._finish(job, is_lost=False)

    def _lost(self) -> None:
        self._up = False
        for job in list(self._jobs.values()):
            self._finish(job, is_lost=True)
        if self._ended:
            return
        now = time.monotonic()
        self._deaths = [then for then in self._deaths if now - then < _FORGIVEN_AFTER] + [now]
        if len(self._deaths) >= _MOST_DEATHS:
            self._give_up("failed")
        else:
            self._on_change("down")

    def _give_up(self, change: Change) -> None:
        if not self._ended:
            self._ended = True
            self._on_change(change)
            self._own(self._child.close())

    def _finish(self, job: Job, *, is_lost: bool) -> None:
        del self._jobs[job.channel]
        job.is_lost = is_lost
        job.pieces.put_nowait(None)
        job.stopped.set()

    def _own(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
