"""Real workers of the dispatch runtime, as processes beside a backend."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .backend import FOLDER, Backend
from .processes import Process
from .waiting import until


class RunningWorker:
    """A worker with its job processes."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def lines(self, event: str) -> list[dict[str, object]]:
        """What it and its jobs have logged under this name."""
        found = []
        for line in self.process.output().splitlines():
            if f'"event": "{event}"' in line:
                found.append(json.loads(line[line.index("{") :]))
        return found

    def agents(self) -> list[dict[str, object]]:
        """The agents that joined from here: session_id, generation, pid."""
        return self.lines("agent_joined")

    def ask_to_stop(self) -> None:
        """Sends SIGTERM, which drains it, to all of its processes, as systemd does."""
        self.process.ask_to_stop()

    def kill(self) -> None:
        """Sends SIGKILL to the main process."""
        os.kill(self.process.pid, signal.SIGKILL)


@contextmanager
def worker(backend: Backend, **settings: str) -> Iterator[RunningWorker]:
    """A worker on the backend's database and media server, ready to take sessions.

    It takes them on a busy machine too.
    """
    env = {**backend.env, "LOG_FORMAT": "json", "AGENT_LOAD_LIMIT": "100", **settings}
    command = [sys.executable, "manage.py", "runagent"]
    with Process(command, env=env, cwd=FOLDER) as process:
        running = RunningWorker(process)

        def is_ready() -> bool:
            assert process.exit_code is None, process.output()
            return bool(running.lines("worker_ready"))

        try:
            until(is_ready, seconds=60, what="the worker is ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{process.output()[-4000:]}") from None
        yield running
