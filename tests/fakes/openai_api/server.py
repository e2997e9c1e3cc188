"""The stand-in on a free port, in a thread of this process."""

from __future__ import annotations

import threading
from types import TracebackType

import uvicorn
from support.networks.certificates import Certificate
from support.ports import free_port
from support.waiting import until

from .app import create_app
from .state import Delays, State


class OpenAIStandIn(State):
    """A running stand-in: a context manager whose attributes are its controls.

    `with OpenAIStandIn() as api:` listens at `api.base_url`, which ends in /v1.
    """

    def __init__(
        self,
        delays: Delays | None = None,
        *,
        realtime: bool = True,
        port: int | None = None,
        tls: Certificate | None = None,
    ) -> None:
        super().__init__(delays, realtime=realtime)
        self._tls = tls
        self.port = port or free_port()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return self.url + "/v1"

    def start(self) -> None:
        """Listens; returns when requests are answered. A stopped one can be started again."""
        self._server = uvicorn.Server(server_config(self, self.port, self._tls))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server and self._server.started, what="the stand-in listens")

    def stop(self) -> None:
        """Hangs up on everybody and frees the port, as a service that went down."""
        if self._server and self._thread:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(timeout=20)
        self._server = self._thread = None

    def __enter__(self) -> OpenAIStandIn:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def server_config(state: State, port: int, tls: Certificate | None = None) -> uvicorn.Config:
    """How the stand-in is served: loopback, quiet, and gone quickly."""
    return uvicorn.Config(
        create_app(state),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
        ssl_certfile=tls and tls.path,
        ssl_keyfile=tls and tls.key,
    )
