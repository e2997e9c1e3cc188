"""The programs that make up a cluster: what each is started with, and when it is ready."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster import config as cluster_config
from scripts.cluster import stores
from scripts.files import write_private
from scripts.problem import Problem
from scripts.run import services
from scripts.run.probes import answers_http
from scripts.run.programs import Life, Program

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "django_backend"
PAIR = (1, 2)
READY_SECONDS = 90.0
STOP_SECONDS = 4.0
NO_CADDY = (
    "Caddy, the proxy in front of the cluster, is not installed. "
    "Install it (Debian: apt install caddy; macOS: brew install caddy)."
)


@dataclass(frozen=True)
class Roster:
    """Everything that runs in a cluster."""

    folder: Path
    env: Mapping[str, str]
    python: str
    ports: Mapping[str, int]
    secrets: Mapping[str, str]
    url: str
    inside: str

    def programs(self) -> list[Program]:
        """All of them, in the order in which they start."""
        numbers, secret = self.ports, self.secrets
        postgres, redis = self.folder / "postgres", self.folder / "redis"
        programs = [
            stores.postgres(
                postgres, numbers["postgres"], secret["postgres"], self._log("postgres")
            ),
            stores.redis(redis, numbers["redis"], secret["redis"], self._log("redis")),
            self._media(numbers["livekit"]),
        ]
        if services.needs_local_ai(self.env):
            url = f"http://127.0.0.1:{numbers['local_ai']}/v1/models"
            programs.append(self._python("local_ai", ["-m", "local_ai"], url, stops_in=1))
        for number in PAIR:
            name = f"backend-{number}"
            ready = f"http://127.0.0.1:{numbers[name]}/health"
            own = {"BACKEND_PORT": str(numbers[name])}
            programs.append(self._python(name, ["-m", "config.server"], ready, own, BACKEND))
        for number in PAIR:
            name = f"worker-{number}"
            programs.append(self._worker(name, numbers[name]))
        for number in PAIR:
            name = f"frontend-{number}"
            ready = f"http://127.0.0.1:{numbers[name]}/chat"
            own = {"FRONTEND_PORT": str(numbers[name])}
            programs.append(self._python(name, ["-m", "flask_frontend"], ready, own))
        programs.append(self._caddy(numbers))
        return programs

    def _python(
        self,
        name: str,
        arguments: list[str],
        address: str,
        own: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        stops_in: int = 0,
        is_ready: Callable[[Life], bool] | None = None,
    ) -> Program:
        return Program(
            name,
            [self.python, *arguments],
            cwd,
            {**self.env, **(own or {})},
            address,
            is_ready,
            deadline=READY_SECONDS,
            log=self._log(name),
            stops_in=stops_in,
            grace=STOP_SECONDS,
        )

    def _worker(self, name: str, port: int) -> Program:
        address, own = f"http://127.0.0.1:{port}", {"AGENT_PORT": str(port)}
        return self._python(
            name, ["manage.py", "runagent"], address, own, BACKEND, is_ready=_has_said_so
        )

    def _media(self, port: int) -> Program:
        program = self.env.get("LIVEKIT_SERVER_BIN") or shutil.which("livekit-server")
        built = ROOT / ".tools" / "livekit-server"
        program = program or (str(built) if built.exists() else "")
        if not program:
            raise Problem("There is no livekit-server. Run `make setup`, which builds one.")
        hook = services.webhook(self.env, f"{self.inside}/livekit-webhook")
        path = self.folder / "livekit.json"
        write_private(path, json.dumps({**services.media_config(self.env), **hook}))
        return Program(
            "livekit",
            [program, "--config", str(path)],
            self.folder,
            self.env,
            f"http://127.0.0.1:{port}/",
            deadline=READY_SECONDS,
            log=self._log("livekit"),
            stops_in=1,
            grace=STOP_SECONDS,
            asks_again=services.MEDIA_SERVER_ASKS_AGAIN,
        )

    def _caddy(self, numbers: Mapping[str, int]) -> Program:
        program = shutil.which("caddy")
        if program is None:
            raise Problem(NO_CADDY)
        path = self.folder / "Caddyfile"
        path.write_text(
            cluster_config.caddyfile(
                numbers["caddy"],
                numbers["inside"],
                numbers["livekit"],
                [numbers[f"backend-{number}"] for number in PAIR],
                [numbers[f"frontend-{number}"] for number in PAIR],
                self.folder / "caddy",
            )
        )
        return Program(
            "caddy",
            [program, "run", "--config", str(path), "--adapter", "caddyfile"],
            self.folder,
            {**self.env, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)},
            self.url,
            lambda life: answers_http(f"{self.url}/health") and answers_http(f"{self.url}/chat"),
            deadline=READY_SECONDS,
            log=self._log("caddy"),
            grace=STOP_SECONDS,
        )

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


def _has_said_so(life: Life) -> bool:
    return b'"worker_ready"' in life.logged()
