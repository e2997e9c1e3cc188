"""Serves the site on BIND_HOST and FRONTEND_PORT until SIGTERM or Ctrl-C."""

from __future__ import annotations

import socket
import sys

from flask_frontend import logs
from flask_frontend.app import create_app
from flask_frontend.services import EXTENSION, Services
from flask_frontend.serving import serve
from flask_frontend.settings import Settings, SettingsError, load
from http_limits.listening import listeners


def main() -> int:
    """The exit code: 0 after a stop that was asked for, 1 with a sentence when it cannot start."""
    try:
        settings = load()
        sockets = _listen(settings)
    except SettingsError as error:
        print(f"The frontend cannot start. {error}", file=sys.stderr)
        return 1
    logs.configure(settings.log_format)
    app = create_app(settings)
    logs.log.info("serving", host=settings.bind_host, port=settings.port)
    serve(app, settings, sockets)
    services: Services = app.extensions[EXTENSION]
    services.backend.close()
    logs.log.info("stopped")
    return 0


def _listen(settings: Settings) -> list[socket.socket]:
    try:
        return listeners(settings.bind_host, settings.port)
    except OSError as error:
        raise SettingsError(
            f"It cannot listen on {settings.bind_host} port {settings.port} "
            f"({error.strerror or error}): set FRONTEND_PORT or BIND_HOST to another."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
