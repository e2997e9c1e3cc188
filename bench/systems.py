"""The systems that are measured, each started as a process of its own, and their sessions."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.ports import free_port
from tests.support.processes import ROOT, Process

START_SECONDS = 90.0


@dataclass(frozen=True)
class System:
    """One way to run the agent: its name in the tables and how to start it."""

    name: str
    module: str
    folder: Path = ROOT
    env: Mapping[str, str | None] = field(default_factory=dict)
    prepare: tuple[str, ...] = ()
    python: str = sys.executable


DEFAULTS = System("defaults", "bench.defaults")
BACKEND = ROOT / "django_backend"
MIGRATE = ("manage.py", "migrate")
SHIPPED = System("shipped", "config.server", BACKEND, {"STT_STREAMING": "auto"}, MIGRATE)
SHIPPED_BATCH = System("shipped batch", "config.server", BACKEND, {"STT_STREAMING": "off"}, MIGRATE)
SYSTEMS = (DEFAULTS, SHIPPED, SHIPPED_BATCH)
TURN_DETECTOR = System("turn detector", "bench.defaults", env={"BENCH_TURN_DETECTOR": "1"})
"""The defaults with the library's turn-detector model: only run when it is named."""


def named(names: str, others: Sequence[System] = ()) -> list[System]:
    """Returns the systems with these names, separated by commas, `others` among them."""
    wanted = names.split(",")
    return [system for system in (*SYSTEMS, *others, TURN_DETECTOR) if system.name in wanted]


@dataclass(frozen=True)
class Running:
    """A started system: its process and its REST address."""

    process: Process
    url: str


@contextmanager
def running(system: System, env: Mapping[str, str]) -> Iterator[Running]:
    """Runs the system for the block, on a free port, with a database of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = {**_settings(port, Path(folder)), **env, **system.env}
        if system.prepare:
            _prepare(system, settings)
        command = [system.python, "-m", system.module]
        with Process(command, env=settings, cwd=system.folder) as process:
            process.wait_until_answers(f"{url}/health", seconds=START_SECONDS)
            yield Running(process, url)


@dataclass(frozen=True)
class Session:
    """A started session, seen from its person."""

    server_url: str
    token: str


class Rest:
    """The three calls that a page makes."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)

    async def token(self, room: str, identity: str) -> tuple[str, str]:
        """Returns the media server's URL and the token with which to join."""
        answer = await self._client.get("/token", params={"room": room, "identity": identity})
        answer.raise_for_status()
        return answer.json()["server_url"], answer.json()["token"]

    @asynccontextmanager
    async def session(self, room: str, identity: str, prompt: str = "") -> AsyncIterator[str]:
        """A session for the block, with the agent's own instructions unless a prompt is given."""
        body = {"room": room, "identity": identity}
        if prompt:
            body["system_prompt"] = prompt
        answer = await self._client.post("/session", json=body)
        answer.raise_for_status()
        session_id = answer.json()["session_id"]
        try:
            yield session_id
        finally:
            await self._client.delete(f"/session/{session_id}")

    async def __aenter__(self) -> Rest:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()


def _prepare(system: System, settings: Mapping[str, str | None]) -> None:
    with Process([sys.executable, *system.prepare], env=settings, cwd=system.folder) as process:
        code = process.wait(seconds=START_SECONDS)
        assert code == 0, f"{system.prepare} ended with {code}:\n{process.output()}"


def _settings(port: int, folder: Path) -> dict[str, str | None]:
    """The shipped settings, apart from where things are and what its people may do."""
    return {
        "DEBUG": "true",
        "BIND_HOST": "127.0.0.1",
        "BACKEND_PORT": str(port),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "ALLOW_VISITOR_PROMPT": "true",
        "MAX_SESSIONS": "8",
        "MAX_SESSIONS_PER_VISITOR": "8",
        "MAX_SESSIONS_PER_ADDRESS": "8",
        "STARTS_PER_MINUTE": "1000",
        "STT_BASE_URL": None,
        "LLM_BASE_URL": None,
        "TTS_BASE_URL": None,
    }
