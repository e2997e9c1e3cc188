"""Everything that `make run` runs, on free ports, for browser tests."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .backend import Backend, backend
from .media_server import MediaServer
from .ports import free_port
from .processes import Process

INSECURE_HOST = "voice.test"
"""A name of this machine that is not loopback to a browser, so that a page has no microphone."""


@dataclass(frozen=True)
class Product:
    """A running product; its page is at `url`, and `spare_port` may serve the page too.

    `site` is the program that serves the page.
    """

    url: str
    backend: Backend
    media: MediaServer
    spare_port: int
    site: Process


@contextmanager
def product(media: MediaServer, **settings: str) -> Iterator[Product]:
    """Backend and frontend for the block, on a media server that runs already."""
    port, spare = free_port(), free_port()
    origins = [f"http://127.0.0.1:{number}" for number in (port, spare)]
    hosts = f"127.0.0.1,localhost,{INSECURE_HOST}"
    settings = {"CORS_ORIGINS": ",".join(origins), "DJANGO_ALLOWED_HOSTS": hosts, **settings}
    with backend(media, **settings) as server, site(server, port) as frontend:
        yield Product(origins[0], server, media, spare, frontend)


@contextmanager
def site(server: Backend, port: int, backend_url: str = "") -> Iterator[Process]:
    """The frontend for the block; it looks for the backend at `backend_url` when that is given."""
    address = backend_url or server.url
    env = {
        **server.env,
        "FLASK_SECRET_KEY": secrets.token_urlsafe(48),
        "FRONTEND_PORT": str(port),
        "BACKEND_URL": address,
        "BACKEND_PUBLIC_URL": address,
    }
    with Process([sys.executable, "-m", "flask_frontend"], env=env) as frontend:
        frontend.wait_until_answers(f"http://127.0.0.1:{port}/chat")
        yield frontend
