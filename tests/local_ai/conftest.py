"""The offline speech server as a process of its own, and speech to send to it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import openai
import psutil
import pytest
from support.groups import starts_programs

ROOT = Path(__file__).resolve().parents[2]
START_DEADLINE = 90.0


@dataclass
class Server:
    """A running server: where it answers, its process, and the file that has its log."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> None:
        left = self.workers if self.process.poll() is None else []
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        for worker in left:
            if worker.is_running():
                worker.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(log: Path, **settings: str) -> Server:
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_ai"],
            cwd=ROOT,
            env={**os.environ, "LOCAL_AI_PORT": str(port), "LOCAL_LLM": "off", **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}/v1", process, log)
    deadline = time.monotonic() + START_DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{server.url}/models", timeout=2).raise_for_status()
            return server
        except httpx.ConnectError:
            time.sleep(0.05)
    server.stop()
    raise AssertionError(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="session")
@starts_programs
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave it as it was."""
    running = start_server(tmp_path_factory.mktemp("local_ai") / "log")
    yield running
    running.stop()


@pytest.fixture
@starts_programs
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may break."""
    running = start_server(tmp_path / "log")
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.url, api_key="any", max_retries=0) as connected:
        yield connected


@pytest.fixture(scope="session")
@starts_programs
def say(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """Text to a 16 kHz WAV of flite's clearest voice."""
    if not shutil.which("flite"):
        pytest.skip("flite is not installed, and no other voice here can be recognised")
    folder = tmp_path_factory.mktemp("speech")

    @cache
    def spoken(text: str) -> bytes:
        path = folder / "said.wav"
        subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", path], check=True)
        return path.read_bytes()

    return spoken
