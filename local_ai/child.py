"""One supervised worker process: started, spoken to, restarted when it dies, gone at the end."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from local_ai.wire import READY, Message, receive

logger = logging.getLogger("local_ai")

IMPORTABLE_FROM = Path(__file__).resolve().parents[1]
_START_TIMEOUT = 60.0
_EXIT_TIMEOUT = 0.3
_FIRST_RETRY = 0.1
_LONGEST_RETRY = 5.0
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Child:
    """A worker process (`python -m module arguments`) that is replaced whenever it ends.

    `on_message` gets every message but the first (READY, whose body is `said_ready`); `on_ready`
    and `on_exit` tell the owner when jobs may be sent and when those under way are lost.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        on_message: Callable[[Message], None],
        on_ready: Callable[[], None] = lambda: None,
        on_exit: Callable[[], None] = lambda: None,
    ) -> None:
        self._module = module
        self._arguments = arguments
        self._on_message = on_message
        self._on_ready = on_ready
        self._on_exit = on_exit
        self.said_ready = b""
        self._ready = False
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether jobs may be sent: the process is up, and its pipe has not closed since."""
        return self._ready and self._open_pipe is not None

    async def start(self) -> None:
        """Return when the first process is ready; raise RuntimeError when it does not get so."""
        first_ready = asyncio.Event()
        waiter = asyncio.create_task(first_ready.wait())
        self._task = asyncio.create_task(self._supervise(first_ready))
        await asyncio.wait(
            {waiter, self._task}, timeout=_START_TIMEOUT, return_when=asyncio.FIRST_COMPLETED
        )
        waiter.cancel()
        if not first_ready.is_set():
            await self.close()
            raise RuntimeError(f"{self._module} did not start; its own message is above")

    def send(self, kind: str, channel: int = 0, body: bytes = b"") -> None:
        """Queue a message; one to a process that has just died is dropped (on_exit tells)."""
        if (pipe := self._open_pipe) is not None:
            pipe.write(Message(kind, channel, body).pack())

    def kill(self) -> None:
        """End the process at once, for one that does not answer; a new one follows."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """Return when the process is gone and nothing restarts it."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    @property
    def _open_pipe(self) -> asyncio.StreamWriter | None:
        """The way to the process; uvloop raises RuntimeError on a write after the pipe closed."""
        pipe = self._process.stdin if self._process is not None else None
        return None if pipe is None or pipe.is_closing() else pipe

    async def _supervise(self, first_ready: asyncio.Event) -> None:
        pause = _FIRST_RETRY
        while True:
            if await self._run_once(first_ready):
                pause = _FIRST_RETRY
            elif not first_ready.is_set():
                return
            logger.warning("%s ended; starting it again in %.1f s", self._module, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_RETRY)

    async def _run_once(self, first_ready: asyncio.Event) -> bool:
        """Run one process to its end; the answer is whether it ever got ready."""
        self._process = process = await self._spawn()
        was_ready = False
        try:
            assert process.stdout is not None
            while True:
                message = await receive(process.stdout)
                if message.kind == READY:
                    self.said_ready = message.body
                    was_ready = self._ready = True
                    first_ready.set()
                    self._on_ready()
                else:
                    self._on_message(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            return was_ready
        finally:
            self._ready = False
            self._process = None
            await asyncio.shield(_end(process))
            self._on_exit()

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=IMPORTABLE_FROM,
            env={**os.environ, **ONE_THREAD},
        )


async def _end(process: asyncio.subprocess.Process) -> None:
    """Return when the process has exited: asked by closing its stdin, then killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_EXIT_TIMEOUT):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
