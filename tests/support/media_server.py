"""A real LiveKit server on free loopback ports, for tests and the bench."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.run import services

from .ports import free_port
from .processes import ROOT, Process

NOT_FOUND = (
    "No livekit-server: set LIVEKIT_SERVER_BIN, put one on the PATH, or run `make setup`, "
    "which builds one into .tools/."
)


@dataclass(frozen=True)
class MediaServer:
    """A media server that answers: its addresses, its key pair and its process."""

    url: str
    http_url: str
    api_key: str
    api_secret: str
    process: Process

    @property
    def env(self) -> dict[str, str]:
        """The variables with which our programs, and livekit-api, find this server."""
        return {
            "LIVEKIT_URL": self.url,
            "LIVEKIT_API_KEY": self.api_key,
            "LIVEKIT_API_SECRET": self.api_secret,
        }


@contextmanager
def media_server(
    *, webhooks: Sequence[str] = (), port: int | None = None, tcp_port: int = 0
) -> Iterator[MediaServer]:
    """Runs a media server for the block, with sound over TCP too where `tcp_port` is given.

    `webhooks` are URLs that are told of its events.
    """
    port = port or free_port()
    api_key, api_secret = "test-key", secrets.token_urlsafe(32)
    config = _config(port, tcp_port, api_key, api_secret, webhooks)
    with tempfile.TemporaryDirectory(prefix="media-server-") as folder:
        path = Path(folder) / "livekit.yaml"
        path.write_text(json.dumps(config))
        command = [str(binary()), "--config", str(path)]
        process = Process(command, log=Path(folder) / "livekit.log")
        try:
            http_url = f"http://127.0.0.1:{port}"
            process.wait_until_answers(http_url + "/")
            yield MediaServer(f"ws://127.0.0.1:{port}", http_url, api_key, api_secret, process)
        finally:
            process.stop(seconds=1)  # asked politely, it waits until every participant has left


def binary() -> Path:
    """The program: LIVEKIT_SERVER_BIN, else the one on the PATH, else the one we built."""
    candidates = [
        os.environ.get("LIVEKIT_SERVER_BIN"),
        shutil.which("livekit-server"),
        *map(str, sorted((ROOT / ".tools").glob("**/livekit-server*"))),
        *map(str, sorted((ROOT / "livekit_server").glob("livekit-server*"))),
    ]
    for candidate in candidates:
        if candidate and Path(candidate).is_file() and os.access(candidate, os.X_OK):
            return Path(candidate)
    raise AssertionError(NOT_FOUND)


def _config(
    port: int, tcp_port: int, api_key: str, api_secret: str, webhooks: Sequence[str]
) -> dict[str, object]:
    """What `make run` gives its media server, with other ports."""
    env = {
        "LIVEKIT_PORT": str(port),
        "LIVEKIT_UDP_PORT": str(free_port()),
        "LIVEKIT_TCP_PORT": str(tcp_port),
        "LIVEKIT_API_KEY": api_key,
        "LIVEKIT_API_SECRET": api_secret,
    }
    config = services.media_config(env)
    if webhooks:
        config["webhook"] = {"api_key": api_key, "urls": list(webhooks)}
    return config
