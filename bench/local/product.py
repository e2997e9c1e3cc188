"""The whole product without a key: media server, offline server and backend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bench.systems import BACKEND, MIGRATE, System, running
from tests.support.media_server import media_server
from tests.support.processes import Process

from .offline import Offline, offline

KEYLESS = {
    f"{prefix}_{name}": None
    for prefix in ("OPENAI", "STT", "LLM", "TTS")
    for name in ("API_KEY", "BASE_URL")
}
LOCAL = System("local", "config.server", BACKEND, KEYLESS, MIGRATE)


@dataclass(frozen=True)
class Product:
    """A running product: the backend's address, the offline server, and every process by name."""

    url: str
    offline: Offline
    processes: Mapping[str, Process]


@contextmanager
def product(settings: Mapping[str, str]) -> Iterator[Product]:
    """Runs everything but the page's server for the block."""
    with media_server() as media, offline(settings) as local:
        env = {**media.env, "LOCAL_AI_PORT": str(local.port)}
        with running(LOCAL, env) as backend:
            programs = {
                "media server": media.process,
                "offline server": local.process,
                "backend": backend.process,
            }
            yield Product(backend.url, local, programs)
