"""The whole system on one machine as it runs on many: several of each process, one origin.

PostgreSQL, Redis, media server, two backends, workers and frontends, and Caddy with HTTPS.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from config.private import private_folder

from scripts.cluster import config as cluster_config
from scripts.cluster import stores
from scripts.cluster.roster import BACKEND, PAIR, ROOT, Roster
from scripts.problem import Problem, say
from scripts.run import ports, services
from scripts.run.engine import Engine
from scripts.run.programs import Life
from scripts.setup import environment
from scripts.setup.steps import Runner

AGAIN = "make run-cluster"
RESTART_DELAY = 1.0
PORTS = ("livekit", "livekit-udp", "local_ai", "postgres", "redis", "inside")
PORT = "8443"
CHOSEN = (
    *(
        f"{kind}_{part}"
        for kind in ("STT", "LLM", "TTS")
        for part in ("BASE_URL", "API_KEY", "MODEL", "FIRST_BYTE_SECONDS")
    ),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "TTS_VOICE", "STT_STREAMING", "STT_LANGUAGE"),
    *(
        "TURN_DETECTION",
        "SPECULATION",
        "RECORDING",
        "RECORDINGS_BUCKET",
        *(
            f"AWS_{name}"
            for name in ("ENDPOINT_URL", "REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        ),
        "SYSTEM_PROMPT",
        "GREETING",
        "SESSION_GRACE_SECONDS",
        "LOG_LEVEL",
    ),
    *("MAX_SESSION_SECONDS", "IDLE_SECONDS", "MAX_SESSIONS_PER_VISITOR", "REQUESTS_PER_MINUTE"),
    *("AGENT_SESSIONS", "AGENT_LOAD_LIMIT", "AGENT_EXECUTOR", "AGENT_IDLE_PROCESSES"),
    *("AGENT_DRAIN_SECONDS", "CLUSTER_PORT", "ALLOW_VISITOR_PROMPT", "MAX_SESSIONS"),
    *("MAX_SESSIONS_PER_ADDRESS", "STARTS_PER_MINUTE", "NEW_VISITORS_PER_MINUTE"),
    *("LOCAL_LLM", "LOCAL_LLM_SLOTS", "LOCAL_LLM_CONTEXT", "LOCAL_AI_THREADS", "LOCAL_AI_CACHE"),
    *("REQUESTS_AT_ONCE", "SLOW_CLIENTS_PER_ADDRESS", "MAX_SOCKETS_PER_VISITOR"),
)
"""What a person's own settings decide about a cluster; the rest follows from its shape."""


class Cluster:
    """Starts everything and stops all of it; each process can be killed and started on its own.

    `settings` are laid over those of every process. As a context manager it starts nothing again.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        python: str = sys.executable,
    ) -> None:
        self.folder = folder
        self._python_program = python
        self._settings = dict(settings or {})
        self._engine = Engine([])
        self.env: dict[str, str] = {}
        self.url = ""

    def __enter__(self) -> Cluster:
        self._describe()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def run(self, announce: Callable[[], None]) -> NoReturn:
        """Starts everything, calls `announce`, and starts again what ends, until Interrupted."""
        self._describe()

        def start() -> None:
            self._start()
            announce()

        self._engine.run(start, self._start_again)

    def stop(self) -> None:
        """Returns when nothing of it is left."""
        self._engine.stop()

    def pid(self, name: str) -> int:
        """The process id of a process's main program."""
        return self._engine.life(name).child.pid

    def port(self, name: str) -> int:
        """The port on which it answers."""
        return self._engine.programs[name].port

    def log(self, name: str) -> Path:
        """The file with its output, of all its lives."""
        log = self._engine.programs[name].log
        assert log is not None, "every program of a cluster has one"
        return log

    def kill(self, name: str) -> None:
        """Ends its main process as a crash would."""
        os.kill(self.pid(name), signal.SIGKILL)

    def terminate(self, name: str) -> None:
        """Asks it to end, and returns at once."""
        os.kill(self.pid(name), self._engine.programs[name].stops_on)

    def wait_exit(self, name: str, seconds: float) -> int:
        """Its exit code, once it has ended."""
        child = self._engine.life(name).child
        if not child.wait(seconds):
            raise Problem(
                f"{name} did not end within {seconds:.0f} s. Its log is {self.log(name)}."
            )
        return child.exit_code() or 0

    def start_service(self, name: str) -> None:
        """Starts it, also again."""
        self._engine.start(name)

    def wait_ready(self, name: str, seconds: float) -> None:
        """Returns when it answers; Problem when it ended or is late."""
        self._engine.await_ready([name], seconds)

    def _start(self) -> None:
        first, last = ["postgres", "redis"], ["caddy"]
        self._engine.start_together(first)
        self._migrate()
        others = [name for name in self._engine.programs if name not in first + last]
        self._engine.start_together(others)
        self._engine.start_together(last)

    def _start_again(self, life: Life) -> None:
        name = life.program.name
        say(f"{name} ended with {life.child.exit_code()}; it is started again.")
        self._engine.pause(RESTART_DELAY)
        self._engine.start(name)

    def _describe(self) -> None:
        private_folder(self.folder)
        numbers = {name: ports.free() for name in PORTS}
        numbers["caddy"] = int(self._settings.pop("CLUSTER_PORT", "") or ports.free())
        for kind in ("backend", "frontend", "worker"):
            numbers |= {f"{kind}-{number}": ports.free() for number in PAIR}
        secret = cluster_config.kept_secrets(self.folder)
        self.url = f"https://127.0.0.1:{numbers['caddy']}"
        inside = f"http://127.0.0.1:{numbers['inside']}"
        shared = cluster_config.shared_settings(self.url, inside, numbers, secret, self.folder)
        shared["DATABASE_URL"] = stores.database_url(numbers["postgres"], secret["postgres"])
        shared["CHANNEL_LAYERS"] = stores.redis_url(numbers["redis"], secret["redis"])
        own = set(environment.documented(ROOT / ".env.example"))
        base = {name: value for name, value in os.environ.items() if name not in own}
        bin_folder = Path(self._python_program).parent
        self.env = services.child_environment({**base, **shared, **self._settings}, bin_folder)
        roster = Roster(
            folder=self.folder,
            env=self.env,
            python=self._python_program,
            ports=numbers,
            secrets=secret,
            url=self.url,
            inside=inside,
        )
        self._engine = Engine(roster.programs())

    def _migrate(self) -> None:
        hint = "The cluster's database could not be brought up to date."
        command = [self._python_program, "manage.py", "migrate", "--noinput", "-v", "0"]
        Runner(ROOT, AGAIN).call("The database", command, BACKEND, self.env, hint)
