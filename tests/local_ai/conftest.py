"""A running offline speech server, and speech to send to it."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import openai
import pytest
from offline_server import BEST, NEURAL, Server, start_server, without
from support.groups import starts_programs


def _started(folder: Path, engines: str) -> Server:
    """A server with the best engines of this machine, or with the plain ones alone."""
    if engines == BEST:
        return start_server(folder / "log")
    if find_spec("pocketsphinx") is None:
        pytest.skip("the plain ears are not installed")
    return without(folder, *NEURAL)


@pytest.fixture(scope="session")
@starts_programs
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server for all tests that leave it as it was, with the engines that are asked for."""
    running = _started(tmp_path_factory.mktemp("local_ai"), getattr(request, "param", BEST))
    yield running
    running.stop()


@pytest.fixture
@starts_programs
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server that the test may break, with the engines that are asked for."""
    running = _started(tmp_path, getattr(request, "param", BEST))
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
