"""The real backend as a process, with a media server and speech servers of the test's choice."""

from __future__ import annotations

import atexit
import functools
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .media_server import MediaServer
from .ports import free_port
from .processes import ROOT, Process
from .waiting import until

FOLDER = ROOT / "django_backend"
SHARED_FOLDER = "TESTS_SHARED_FOLDER"
MIGRATION_SECONDS = 150.0
APPLY = """
from django.core.management import call_command
call_command("agents", "apply", "-")
"""
"""Makes agents in a script that does more, which `Backend.manage` tells their YAML."""
_LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: its status, headers and JSON body."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Backend:
    """A backend that answers at `url`; without a visitor token it takes us for `local`."""

    url: str
    env: dict[str, str]
    process: Process

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Answer:
        """The answer to one request, whatever its status."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with _LOOPBACK.open(request, timeout=timeout) as response:
                return Answer(response.status, dict(response.headers), json.load(response))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), json.load(error))

    def websocket_url(self, session_id: str, after: int = 0) -> str:
        """The address of the session's socket."""
        return f"ws{self.url[4:]}/ws/transcript/{session_id}?after={after}"

    def apply(self, agents: str) -> None:
        """Makes or changes agents, by `manage.py agents apply` with this YAML."""
        self.manage("agents", "apply", "-", told=agents)

    def manage(self, *command: str, told: str = "") -> str:
        """What a command of `manage.py` prints in the backend's settings, with this as its input.

        What goes wrong is printed.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=FOLDER,
            env={**os.environ, **self.env},
            input=told,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=MIGRATION_SECONDS,
        )
        return done.stdout

    def transcript(self, session_id: str) -> dict[str, Any]:
        """The session's transcript as REST tells it."""
        return dict(self.request("GET", f"/transcripts/{session_id}").body)


@contextmanager
def backend(
    media: MediaServer, *, module: str = "config.server", **settings: str
) -> Iterator[Backend]:
    """Runs the backend for the block, on a database of its own; `module` starts it."""
    with tempfile.TemporaryDirectory(prefix="backend-") as folder:
        env = {
            **media.env,
            **environment(Path(folder)),
            "LIVEKIT_PUBLIC_URL": media.url,
            **settings,
        }
        if env["DATABASE_URL"]:
            _migrate(env)
        else:
            shutil.copy(empty_record(), folder)
        process = Process([sys.executable, "-m", module], env=env, cwd=FOLDER)
        try:
            url = f"http://127.0.0.1:{env['BACKEND_PORT']}"
            process.wait_until_answers(f"{url}/health")
            yield Backend(url, env, process)
        finally:
            process.stop()


@contextmanager
def local_ai() -> Iterator[str]:
    """The base URL of our offline speech and language server, run for the block."""
    port = free_port()
    env = {"LOCAL_AI_PORT": str(port), "LOCAL_LLM": "off"}
    with Process([sys.executable, "-m", "local_ai"], env=env) as process:
        process.wait_until_answers(f"http://127.0.0.1:{port}/v1/models")
        yield f"http://127.0.0.1:{port}/v1"


def environment(folder: Path) -> dict[str, str]:
    """The settings of a backend whose data are in the folder; it has no media server yet."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "true",
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "CHANNEL_LAYERS": "",
        "BACKEND_PORT": str(free_port()),
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
        "VISITOR_SECRET": secrets.token_urlsafe(48),
        "CREDENTIALS_KEY": secrets.token_urlsafe(48),
        "OPENAI_API_KEY": "",
        "OPENAI_BASE_URL": "",
        "REQUESTS_PER_MINUTE": "10000",
        "STARTS_PER_MINUTE": "10000",
        "MAX_SESSIONS_PER_ADDRESS": "1000",
        "REQUESTS_AT_ONCE": "1000",
        "SLOW_CLIENTS_PER_ADDRESS": "1000",
    }


@functools.cache
def empty_record() -> Path:
    """The SQLite file of a backend without sessions, made once for all who share a folder."""
    made, claim = _shared_folder() / "record", _shared_folder() / "claimed"
    try:
        claim.mkdir()
    except FileExistsError:
        until(made.exists, seconds=MIGRATION_SECONDS, what="another process has made the record")
    else:
        _make_empty_record(made, claim)
    (path,) = made.glob("*.sqlite3")
    return path


def _make_empty_record(made: Path, claim: Path) -> None:
    """Makes the folder with the record; where that fails, the next one who asks may try."""
    folder = Path(tempfile.mkdtemp(dir=made.parent))
    try:
        _migrate({**environment(folder), "LIVEKIT_API_SECRET": secrets.token_urlsafe(48)})
        folder.rename(made)
    except BaseException:
        claim.rmdir()
        raise


@functools.cache
def _shared_folder() -> Path:
    """The folder that the processes of a run of the tests share, or one of this process alone."""
    if shared := os.environ.get(SHARED_FOLDER):
        return Path(shared)
    folder = tempfile.mkdtemp(prefix="tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _migrate(env: Mapping[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    process = Process(command, env=env, cwd=FOLDER)
    try:
        code = process.wait(seconds=MIGRATION_SECONDS)
        assert code == 0, process.output()
    except subprocess.TimeoutExpired:
        raise AssertionError(f"migrate hangs:\n{process.output()}") from None
    finally:
        process.stop()
