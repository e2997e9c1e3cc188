"""Backend and site as people run them with `make run`, each setting that is secret a canary."""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backend import FOLDER, empty_record, environment
from support.ports import free_port
from support.processes import ROOT, Process

from .asking import Served

SECRETS = (
    *("OPENAI_API_KEY", "STT_API_KEY", "LLM_API_KEY", "TTS_API_KEY", "DJANGO_SECRET_KEY"),
    *("VISITOR_SECRET", "LIVEKIT_API_SECRET", "FLASK_SECRET_KEY", "SYSTEM_PROMPT"),
)
OPEN = ("MAX_SESSIONS", "MAX_SESSIONS_PER_VISITOR", "NEW_VISITORS_PER_MINUTE")


@pytest.fixture(scope="module")
def canaries() -> dict[str, str]:
    """The secret settings, each a value that is found nowhere else."""
    return {name: f"sk-canary-{name.lower()}-{secrets.token_hex(16)}" for name in SECRETS}


@pytest.fixture(scope="module")
def env(canaries: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of both: DEBUG on, limits out of the way, and nothing asked elsewhere."""
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copy(empty_record(), folder)
    return {
        **environment(folder),
        **canaries,
        **dict.fromkeys(OPEN, "100000"),
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "LIVEKIT_URL": "ws://127.0.0.1:9",
        "LIVEKIT_API_KEY": "fuzz",
        "FRONTEND_PORT": str(free_port()),
        "PYTHONPATH": f"{ROOT / 'tests'}:{FOLDER}",
    }


@pytest.fixture(scope="module")
def backend(env: dict[str, str], canaries: dict[str, str]) -> Iterator[Served]:
    url = f"http://127.0.0.1:{env['BACKEND_PORT']}"
    command = [sys.executable, str(Path(__file__).with_name("served.py"))]
    with Process(command, env=env, cwd=FOLDER) as process:
        process.wait_until_answers(f"{url}/health")
        yield Served(url, tuple(canaries.values()))
        written = process.output()
    for name, canary in canaries.items():
        assert canary not in written, f"{name} is in the log"


@pytest.fixture(scope="module")
def site(env: dict[str, str], canaries: dict[str, str], backend: Served) -> Iterator[Served]:
    url = f"http://127.0.0.1:{env['FRONTEND_PORT']}"
    addresses = {"BACKEND_URL": backend.url, "BACKEND_PUBLIC_URL": backend.url}
    with Process([sys.executable, "-m", "flask_frontend"], env={**env, **addresses}) as process:
        process.wait_until_answers(f"{url}/chat")
        yield Served(url, tuple(canaries.values()))
