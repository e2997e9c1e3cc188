"""The site as it is started: `python -m flask_frontend`."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.backend import FakeBackend
from support.groups import starts_programs
from support.ports import free_port
from support.processes import Process
from support.waiting import until

COMMAND = [sys.executable, "-m", "flask_frontend"]
UNSET = ("DEBUG", "LOG_FORMAT", "BACKEND_PUBLIC_URL", "BIND_HOST", "TRUSTED_PROXIES")


def environment(backend: FakeBackend) -> dict[str, str | None]:
    return dict.fromkeys(UNSET) | {
        "FLASK_SECRET_KEY": secrets.token_urlsafe(32),
        "VISITOR_SECRET": backend.secret,
        "BACKEND_URL": backend.url,
        "FRONTEND_PORT": str(free_port()),
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
    }


@pytest.fixture
@starts_programs
def running(backend: FakeBackend, tmp_path: Path) -> Iterator[tuple[Process, str]]:
    env = environment(backend)
    address = f"http://127.0.0.1:{env['FRONTEND_PORT']}"
    with Process(COMMAND, env=env, log=tmp_path / "site.log") as site:
        site.wait_until_answers(f"{address}/static/css/base.css")
        yield site, address


def test_the_log_is_json_with_a_request_id_and_without_secrets(
    running: tuple[Process, str], backend: FakeBackend
) -> None:
    site, address = running
    request = urllib.request.Request(f"{address}/history?q=canary", headers={"X-Request-ID": "r-1"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["Server"] is None
        cookie = answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    until(lambda: '"r-1"' in site.output(), what="the request's line in the log")
    lines = [json.loads(line) for line in site.output().splitlines()]
    line = next(line for line in lines if line.get("request_id") == "r-1")
    assert (line["event"], line["path"], line["level"]) == ("request", "/history", "info")
    token = backend.asked[-1].headers["authorization"].removeprefix("Bearer ")
    assert all(secret not in site.output() for secret in ("canary", cookie, token, backend.secret))


def test_a_request_under_way_is_answered_before_it_stops(
    running: tuple[Process, str], backend: FakeBackend
) -> None:
    site, address = running
    backend.fail("/sessions", hang=True)
    statuses: list[int] = []

    def ask() -> None:
        try:
            urllib.request.urlopen(f"{address}/history", timeout=20)
        except urllib.error.HTTPError as answer:
            statuses.append(answer.code)

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: backend.asked, what="the request reaches the backend")
    site._child.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        site.wait(seconds=1.5)
    backend.released.set()
    assert site.wait(seconds=10) == 0
    asking.join(timeout=10)
    assert statuses == [503]
    assert '"stopped"' in site.output()


@pytest.mark.processes
def test_it_refuses_to_start_without_secrets(backend: FakeBackend, tmp_path: Path) -> None:
    env = environment(backend) | {"VISITOR_SECRET": None}
    with Process(COMMAND, env=env, log=tmp_path / "site.log") as site:
        assert site.wait(seconds=30) == 1
        assert "VISITOR_SECRET is missing: set it to" in site.output()
        assert "Traceback" not in site.output()


@pytest.mark.processes
def test_a_port_in_use_names_the_setting(backend: FakeBackend, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = environment(backend) | {"FRONTEND_PORT": str(taken.getsockname()[1])}
        with Process(COMMAND, env=env, log=tmp_path / "site.log") as site:
            assert site.wait(seconds=30) == 1
            assert "set FRONTEND_PORT" in site.output()
