"""`python -m local_ai`: serve on 127.0.0.1 at LOCAL_AI_PORT (8001)."""

import asyncio
import contextlib
import logging
import os
import socket
import sys

import uvicorn

from local_ai import logs
from local_ai.app import create_app
from local_ai.settings import Unusable, read

HOST = "127.0.0.1"
DEFAULT_PORT = 8001
_LARGEST_MESSAGE = 1024 * 1024
_NO_GRACE = 0


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; exit with a sentence when the port cannot be had."""
    logs.set_up()
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    try:
        settings = read()
    except Unusable as unusable:
        sys.exit(str(unusable))
    listener = _listener()
    config = uvicorn.Config(
        create_app(settings),
        ws_max_size=_LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=_NO_GRACE,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        sys.exit(3)


def _is_news(record: logging.LogRecord) -> bool:
    """False for what uvicorn writes of a request that it cancels because the server stops."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _listener() -> socket.socket:
    port = _port(os.environ.get("LOCAL_AI_PORT", ""))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        sys.exit(f"Port {port} is not free ({error.strerror}): set LOCAL_AI_PORT to another one.")
    return listener


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not (text.isdecimal() and 0 < int(text) < 65536):
        sys.exit(f"LOCAL_AI_PORT must be a port number from 1 to 65535, not {text!r}.")
    return int(text)


if __name__ == "__main__":
    main()
