"""The backend's server: `python -m serving.server`. It ends sessions before it closes sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket

import uvicorn

from serving.application import application  # isort: skip  (sets Django up, which the next imports need)
from common.diagnostics import tell_on_signal  # isort: skip
from agent_manager.runtimes import choice as runtimes
from channels_app.consumers import drained
from config.environment import refuse
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from http_limits.descriptors import raise_limit
from http_limits.listening import listeners
from http_limits.protocol import Limits, limited
from http_limits.refusals import MALFORMED
from http_limits.waiting import Waiting

MAX_MESSAGE_BYTES = 4096
RUNTIME_SECONDS = 3.0
DRAIN_SECONDS = 0.7
GRACEFUL_SECONDS = 1
ABORT_SECONDS = 15.0
log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """A uvicorn that ends the sessions of this process and lets their sockets hear of it first.

    uvicorn itself closes every WebSocket with 1012 before lifespan shutdown. Under 5 s in all.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        tell_on_signal()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        try:
            async with asyncio.timeout(RUNTIME_SECONDS):
                await runtimes.runtime().shutdown()
        except Exception:
            log.exception("The runtime's shutdown failed.")
        await drained(DRAIN_SECONDS)
        await super().shutdown(sockets)


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which does not log addresses and cuts a peer that reads no more.

    It also answers a handshake that `websockets` cannot read, which uvicorn leaves hanging.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.logger = logging.getLogger("uvicorn.websockets")

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc and not self.handshake_initiated:
            answer = b"".join(self.conn.data_to_send())
            self.transport.write(answer or MALFORMED.raw(self.default_headers))
            self.transport.close()

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self.loop.call_later(ABORT_SECONDS, self.transport.abort)


def main() -> None:
    """Serves until SIGTERM or Ctrl-C."""
    runtimes.runtime()  # imports what runs agents
    gc.collect()
    gc.freeze()  # what stays anyway; each look through it would stop every voice for 0.2 s
    gc.enable()
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again when it has ended
        Server(configuration()).run(_listeners())


def configuration() -> uvicorn.Config:
    """How uvicorn serves the backend. It writes no access log: a query may hold people's words."""
    return uvicorn.Config(
        application,
        host=settings.BIND_HOST,
        port=settings.BACKEND_PORT,
        http=limited(Limits(_waiting(), settings.TRUSTED_PROXIES)),
        ws=SocketProtocol,
        ws_max_size=MAX_MESSAGE_BYTES,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


def _listeners() -> list[socket.socket]:
    host, port = settings.BIND_HOST, settings.BACKEND_PORT
    try:
        return listeners(host, port)
    except OSError as error:
        refuse(
            f"The backend cannot listen on {host} port {port} ({error.strerror or error}); "
            "set BACKEND_PORT or BIND_HOST to another."
        )


def _waiting() -> Waiting:
    """Idle and slow clients leave half of the descriptors to sockets, database and media server."""
    return Waiting(settings.SLOW_CLIENTS_PER_ADDRESS, most=raise_limit() // 2)


if __name__ == "__main__":
    main()
