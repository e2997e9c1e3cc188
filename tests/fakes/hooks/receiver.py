"""A system that is told by webhooks: a real HTTP server that keeps what it gets."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from standardwebhooks.webhooks import Webhook

Answer = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """What it says, checked by the library that receivers use; raises where it is not right."""
        Webhook(secret).verify(self.body, self.headers)
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    """A context manager. `answers` are given in turn, and 204 when there are none left.

    While `hold` is cleared it answers nothing.
    """

    answers: list[Answer] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, host: str = "127.0.0.1") -> str:
        """Its address."""
        return f"http://{host}:{self.port}/hook"

    def answer(self, *statuses: int, **headers: str) -> None:
        """Has the next requests answered by these statuses."""
        self.answers += [(status, headers) for status in statuses]

    @property
    def ids(self) -> Sequence[str]:
        """The ids of what arrived, in its order."""
        return [each.id for each in self.received]

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            status, more = receiver.answers.pop(0) if receiver.answers else (204, {})
            receiver.received.append(Received(self.path, headers, body))
            receiver.hold.wait(60)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps the test output quiet."""

    return Handler
