"""Serves the site on BIND_HOST and FRONTEND_PORT until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import socket
import sys
import time
from types import FrameType
from typing import Any

from waitress import create_server, wasyncore

from flask_frontend import logs
from flask_frontend.app import MAX_BODY_BYTES, create_app
from flask_frontend.services import EXTENSION, Services
from flask_frontend.settings import Settings, SettingsError, load

THREADS = 8
DRAIN_SECONDS = 4.0
POLL_SECONDS = 1.0


class Site:
    """A waitress server that answers what it has begun before it stops."""

    def __init__(self, application: Any, listener: socket.socket) -> None:
        self._server = create_server(
            application,
            sockets=[listener],
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=False,
            max_request_body_size=MAX_BODY_BYTES,
        )
        self._stopping = False

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """A signal handler: no new requests from now on."""
        self._stopping = True
        self._server.pull_trigger()

    def run(self) -> None:
        """Serves until `stop`, then gives requests under way a few seconds to finish."""
        while not self._stopping:
            self._turn(POLL_SECONDS)
        self._server.del_channel()
        self._server.socket.close()
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._busy() and time.monotonic() < deadline:
            self._turn(0.1)
        self._server.task_dispatcher.shutdown(timeout=0.5)

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._server._map, count=1)

    def _busy(self) -> bool:
        channels = self._server.active_channels.values()
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def main() -> int:
    """The exit code: 0 after a stop that was asked for, 1 with a sentence when it cannot start."""
    try:
        settings = load()
        listener = _listen(settings)
    except SettingsError as error:
        print(f"The frontend cannot start. {error}", file=sys.stderr)
        return 1
    logs.configure(settings.log_format)
    app = create_app(settings)
    site = Site(app, listener)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, site.stop)
    logs.log.info("serving", host=settings.bind_host, port=settings.port)
    site.run()
    services: Services = app.extensions[EXTENSION]
    services.backend.close()
    logs.log.info("stopped")
    return 0


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.bind_host else socket.AF_INET
    address = (settings.bind_host, settings.port)
    try:
        return socket.create_server(address, family=family, backlog=1024)
    except OSError as error:
        raise SettingsError(
            f"It cannot listen on {settings.bind_host} port {settings.port} "
            f"({error.strerror or error}): set FRONTEND_PORT or BIND_HOST to another."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
