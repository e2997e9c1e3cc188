"""Requests that no client would send, byte by byte, and what their answers must never hold."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 20.0
MARK = "zq-marked-value"
"""What requests carry in every place: a failure repeats none of it."""
PROBLEM = "application/problem+json"
KINDS = (PROBLEM, "application/json", "text/html", "text/plain", "application/vnd.oai.openapi+json")
GIVEAWAYS = (b"Traceback", b"django/core", b"site-packages", b"DJANGO_SETTINGS_MODULE", b"werkzeug")


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: str
    kind: str
    body: bytes


@dataclass(frozen=True)
class Served:
    """A server that is asked, and the secrets that none of its answers may hold."""

    url: str
    secrets: tuple[str, ...]

    def ask(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        host: str = "",
    ) -> Reply | None:
        """The checked answer, or None when the connection was closed without one."""
        place = urlsplit(self.url).netloc
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host or place}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        reply = _exchange(place, method, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        if reply is not None:
            self.check(reply.status, reply.headers, reply.kind, reply.body)
        return reply

    def check(self, status: int, headers: str, kind: str, body: bytes) -> None:
        """Fails when an answer gives anything away, or is none of the kinds that there are."""
        told = headers + body.decode("utf-8", "replace")
        for secret in self.secrets:
            assert secret not in told, f"{status}: an answer has a secret"
        assert status not in (500, 501, 504), (status, body[:300])
        assert not any(giveaway in body for giveaway in GIVEAWAYS), (status, body[:300])
        if body:
            assert kind in KINDS, (status, kind, body[:300])
        if status >= 400:
            assert MARK not in body.decode("utf-8", "replace"), (status, body[:300])


def _exchange(place: str, method: str, request: bytes) -> Reply | None:
    host, _, port = place.partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        try:
            connection.sendall(request)
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            body = response.read()
        except (ConnectionError, http.client.BadStatusLine, http.client.IncompleteRead):
            return None
        kind = response.headers.get_content_type() if "content-type" in response.headers else ""
        return Reply(response.status, str(response.headers), kind, body)
