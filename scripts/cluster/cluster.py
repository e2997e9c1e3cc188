"""The whole system on one machine as it runs on many: several of each process, one origin.

PostgreSQL, Redis, media server, two backends, workers and frontends, and Caddy with HTTPS.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from config.private import private_folder

from scripts.cluster import config as cluster_config
from scripts.cluster import stores
from scripts.cluster.roster import BACKEND, PAIR, ROOT, Roster
from scripts.problem import Problem, say
from scripts.run import ports, services
from scripts.run.processes import Child, wait_for_all
from scripts.run.programs import Program, wait_ready
from scripts.setup import environment

OTHERS = ("postgres", "redis", "livekit", "local_ai")
"""What ours still need while they stop."""
READY_SECONDS = 90.0
STOP_SECONDS = 4.0
RESTART_DELAY = 1.0
LOOK_EVERY = 0.2
PORTS = ("livekit", "livekit-udp", "local_ai", "postgres", "redis", "inside")
PORT = "8443"
CHOSEN = (
    *(
        f"{kind}_{part}"
        for kind in ("STT", "LLM", "TTS")
        for part in ("BASE_URL", "API_KEY", "MODEL")
    ),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "TTS_VOICE", "STT_STREAMING", "STT_LANGUAGE"),
    *(
        "TURN_DETECTION",
        "SPECULATION",
        "SYSTEM_PROMPT",
        "GREETING",
        "SESSION_GRACE_SECONDS",
        "LOG_LEVEL",
    ),
    *("MAX_SESSION_SECONDS", "IDLE_SECONDS", "MAX_SESSIONS_PER_VISITOR", "REQUESTS_PER_MINUTE"),
    *("AGENT_SESSIONS", "AGENT_LOAD_LIMIT", "AGENT_EXECUTOR", "AGENT_IDLE_PROCESSES"),
    *("AGENT_DRAIN_SECONDS", "CLUSTER_PORT", "ALLOW_VISITOR_PROMPT", "MAX_SESSIONS"),
    *("MAX_SESSIONS_PER_ADDRESS", "STARTS_PER_MINUTE", "NEW_VISITORS_PER_MINUTE"),
    *("REQUESTS_AT_ONCE", "SLOW_CLIENTS_PER_ADDRESS", "MAX_SOCKETS_PER_VISITOR"),
)
"""What a person's own settings decide about a cluster; the rest follows from its shape."""


class Cluster:
    """Starts everything and stops all of it; each process can be killed and started on its own.

    `settings` are laid over those of every process. With `restart`, `watch` starts again what dies.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        restart: bool = False,
        python: str = sys.executable,
    ) -> None:
        self.folder = folder
        self._python_program = python
        self._settings = dict(settings or {})
        self._restart = restart
        self._programs: dict[str, Program] = {}
        self._children: dict[str, Child] = {}
        self._earlier: list[Child] = []
        self._log_starts: dict[str, int] = {}
        self._lock = threading.RLock()
        self._asked = threading.Event()
        self.env: dict[str, str] = {}
        self.url = ""

    @property
    def names(self) -> list[str]:
        """The processes, in the order in which they start."""
        return list(self._programs)

    def __enter__(self) -> Cluster:
        try:
            self.start()
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

    def start(self) -> None:
        """Returns when everything answers."""
        private_folder(self.folder)
        self._describe()
        for group in self._groups():
            for name in group:
                self.start_service(name)
            for name in group:
                self.wait_ready(name, READY_SECONDS)
            if "postgres" in group:
                self._migrate()

    def stop(self) -> None:
        """Returns when nothing of it is left."""
        with self._lock:
            self._asked.set()
            running, self._children = dict(self._children), {}
        ours = {name: child for name, child in running.items() if name not in OTHERS}
        others = {name: child for name, child in running.items() if name in OTHERS}
        for group in (ours, others):
            for name, child in group.items():
                if child.exit_code() is None:
                    child.ask_to_stop(interrupt=self._programs[name].stops_on == signal.SIGINT)
            wait_for_all(list(group.values()), STOP_SECONDS)
            for child in group.values():
                child.kill()
        for child in self._earlier:
            child.kill()

    def watch(self) -> None:
        """Starts again what has died, until a signal's exception ends it."""
        while True:
            for name, child in list(self._children.items()):
                if (code := child.exit_code()) is not None and self._restart:
                    say(f"{name} ended with {code}; it is started again.")
                    time.sleep(RESTART_DELAY)
                    self.start_service(name)
            time.sleep(LOOK_EVERY)

    def pid(self, name: str) -> int:
        """The process id of a process's main program."""
        return self._children[name].pid

    def port(self, name: str) -> int:
        """The port on which it answers."""
        return self._programs[name].port

    def log(self, name: str) -> Path:
        """The file with its output, of all its lives."""
        return self._programs[name].log

    def kill(self, name: str) -> None:
        """Ends its main process as a crash would."""
        os.kill(self.pid(name), signal.SIGKILL)

    def terminate(self, name: str) -> None:
        """Asks it to end, and returns at once."""
        os.kill(self.pid(name), self._programs[name].stops_on)

    def wait_exit(self, name: str, seconds: float) -> int:
        """Its exit code, once it has ended."""
        child = self._children[name]
        if not child.wait(seconds):
            raise Problem(
                f"{name} did not end within {seconds:.0f} s. Its log is {self.log(name)}."
            )
        return child.exit_code() or 0

    def start_service(self, name: str) -> None:
        """Starts it, also again."""
        with self._lock:
            if self._asked.is_set():
                return
            if before := self._children.get(name):
                self._earlier.append(before)
            log = self._programs[name].log
            self._log_starts[name] = log.stat().st_size if log.exists() else 0
            self._children[name] = self._programs[name].start()

    def wait_ready(self, name: str, seconds: float) -> None:
        """Returns when it answers; Problem when it ended or is late."""
        wait_ready(self._programs[name], self._children[name], seconds, lambda: None)

    def _describe(self) -> None:
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
            log_start=lambda name: self._log_starts[name],
        )
        self._programs = {program.name: program for program in roster.programs()}

    def _groups(self) -> list[list[str]]:
        first, last = ["postgres", "redis"], ["caddy"]
        return [first, [name for name in self.names if name not in first + last], last]

    def _migrate(self) -> None:
        done = subprocess.run(
            [self._python_program, "manage.py", "migrate", "--noinput", "-v", "0"],
            cwd=BACKEND,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stdout.splitlines()[-12:]
            raise Problem("The cluster's database could not be brought up to date.", lines)
