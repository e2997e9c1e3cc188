"""Site, backend and proxy as real processes, with few descriptors to begin with.

A file's tests share them: each leaves them as one finds them, or that is a failure.
"""

from __future__ import annotations

import os
import resource
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backend import empty_record
from support.crowds import Program
from support.groups import starts_programs
from support.ports import free_port
from support.processes import ROOT, Process
from support.waiting import until

from scripts.cluster import config as cluster_config
from scripts.run.probes import answers_http

FEW_DESCRIPTORS = ["prlimit", "--nofile=256:8192"]
"""A soft limit that 1,000 connections would use up: the servers have to raise it themselves."""
SECRETS = {
    name: secrets.token_urlsafe(36)
    for name in ("FLASK_SECRET_KEY", "DJANGO_SECRET_KEY", "VISITOR_SECRET", "LIVEKIT_API_SECRET")
}
UNSET = dict.fromkeys(("DATABASE_URL", "CHANNEL_LAYERS", "DJANGO_SETTINGS_MODULE", "CORS_ORIGINS"))


@pytest.fixture(scope="session", autouse=True)
@starts_programs
def _descriptors() -> None:
    """The crowds are in this process: they need descriptors too."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))


def settings(folder: Path, ports: dict[str, int]) -> dict[str, str | None]:
    return {
        **UNSET,
        **SECRETS,
        "DEBUG": "true",
        "LOG_FORMAT": "json",
        "DATA_DIR": str(folder),
        "BACKEND_PORT": str(ports["backend"]),
        "FRONTEND_PORT": str(ports["site"]),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "NEW_VISITORS_PER_MINUTE": "10000",
    }


@pytest.fixture(scope="module")
@starts_programs
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
@starts_programs
def ports() -> dict[str, int]:
    return {name: free_port() for name in ("site", "backend", "proxy", "inside", "media")}


@pytest.fixture(scope="module")
@starts_programs
def site(folder: Path, ports: dict[str, int]) -> Iterator[Program]:
    command = [*FEW_DESCRIPTORS, sys.executable, "-m", "flask_frontend"]
    env = settings(folder, ports)
    with Process(command, env=env, log=folder / "site.log") as process:
        process.wait_until_answers(f"http://127.0.0.1:{ports['site']}/static/css/base.css")
        yield Program(process, ports["site"])


@pytest.fixture(scope="module")
@starts_programs
def backend(folder: Path, ports: dict[str, int]) -> Iterator[Program]:
    env, code = settings(folder, ports), ROOT / "django_backend"
    shutil.copy(empty_record(), folder)
    command = [*FEW_DESCRIPTORS, sys.executable, "-m", "serving.server"]
    with Process(command, env=env, cwd=code, log=folder / "backend.log") as process:
        process.wait_until_answers(f"http://127.0.0.1:{ports['backend']}/health")
        yield Program(process, ports["backend"])


@pytest.fixture(scope="module")
@starts_programs
def proxy(
    folder: Path, ports: dict[str, int], site: Program, backend: Program
) -> Iterator[Program]:
    """The cluster's Caddy in front of one site and one backend."""
    caddy = shutil.which("caddy")
    assert caddy, "set-up for the tests installs Caddy"
    config = folder / "Caddyfile"
    places = (ports["media"], [backend.port], [site.port], folder / "caddy")
    config.write_text(cluster_config.caddyfile(ports["proxy"], ports["inside"], *places))
    env = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PATH": os.environ["PATH"]}
    command = [caddy, "run", "--config", str(config), "--adapter", "caddyfile"]
    with Process(command, env=env, cwd=folder, log=folder / "caddy.log") as process:
        address = f"https://127.0.0.1:{ports['proxy']}/health"
        until(lambda: answers_http(address), seconds=60, what="the proxy has its certificate")
        yield Program(process, ports["proxy"])
