"""Answers that the server itself gives, before any application: RFC 9457 problem details."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Refusal:
    """A status, a code and a sentence for a person; `retry_after` in seconds, if any."""

    status: int
    code: str
    detail: str
    retry_after: int | None = None

    def body(self, request_id: str = "") -> bytes:
        """The problem as JSON."""
        title = HTTPStatus(self.status).phrase
        fields = {"type": "about:blank", "title": title, "status": self.status}
        fields |= {"detail": self.detail, "code": self.code}
        return json.dumps(fields | ({"request_id": request_id} if request_id else {})).encode()

    def headers(self, length: int) -> list[tuple[bytes, bytes]]:
        """Returns the headers (name, value) of an answer with a body of that length."""
        retry = [(b"retry-after", b"%d" % self.retry_after)] if self.retry_after else []
        return [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % length),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            *retry,
        ]

    def raw(self, defaults: Iterable[tuple[bytes, bytes]]) -> bytes:
        """The whole answer as HTTP/1.1, after which the connection is closed."""
        body = self.body()
        first = b"HTTP/1.1 %d %s" % (self.status, HTTPStatus(self.status).phrase.encode())
        headers = [*defaults, *self.headers(len(body)), (b"connection", b"close")]
        lines = [first, *(name + b": " + value for name, value in headers), b"", body]
        return b"\r\n".join(lines)


MALFORMED = Refusal(400, "malformed_request", "This is no HTTP request.")
TOO_LATE = Refusal(408, "too_slow", "The request did not arrive in time.")
NO_ROOM = Refusal(429, "too_many_slow", "Too many slow requests come from this address.", 5)
TOO_MANY = Refusal(429, "too_many_requests", "Too many requests at once; wait a moment.", 1)
HEAD_TOO_LARGE = Refusal(431, "head_too_large", "The headers are larger or more than allowed.")
REPEATED = Refusal(400, "repeated_header", "A header is there twice that may be there once.")


def body_too_large(most: int) -> Refusal:
    """Returns the refusal of a body of more than `most` bytes."""
    return Refusal(413, "too_large", f"The body is larger than {most // 1024} KiB.")
