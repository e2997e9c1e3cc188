"""Who may open a socket: the origin of its page, its visitor, and from where the events go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from visitors.tokens import BadToken, visitor_of
from voice_sessions.models import Session

SUBPROTOCOL = "voice-agent.v1"
CLOSE_ENDED = 1000
CLOSE_FAILED = 1011
CLOSE_TOO_MANY = 1013
CLOSE_NO_VISITOR = 4401
CLOSE_BAD_ORIGIN = 4403
CLOSE_UNKNOWN_SESSION = 4404
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SEQ_DIGITS = 10


class BadOrigin(Exception):
    """A page of another site asks."""


class TooManySockets(Exception):
    """The visitor has as many sockets open as one may have."""


CODES: Mapping[type[Exception], int] = {
    BadToken: CLOSE_NO_VISITOR,
    BadOrigin: CLOSE_BAD_ORIGIN,
    TooManySockets: CLOSE_TOO_MANY,
    Session.DoesNotExist: CLOSE_UNKNOWN_SESSION,
}
"""With which code a socket is closed right after it was accepted, so that the page sees it."""


@dataclass(frozen=True)
class Admission:
    """The visitor, and the number after which events are wanted; None when it was not a number."""

    visitor: str
    after: int | None


def subprotocol(scope: Mapping[str, Any]) -> str | None:
    """Returns the subprotocol to select; never the token, which is offered as one too."""
    return SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None


def admission(scope: Mapping[str, Any]) -> Admission:
    """Returns what the client asks for; raises BadOrigin and BadToken."""
    headers = dict(scope["headers"])
    origin, host = _text(headers, b"origin"), _text(headers, b"host")
    if not scope.get("host_allowed", False) or not _is_own_page(origin, host):
        raise BadOrigin
    return Admission(visitor_of(_token(scope["subprotocols"])), _after(scope["query_string"]))


def _is_own_page(origin: str, host: str) -> bool:
    """Returns whether the page is ours; without an origin it is no page, and needs a token anyway.

    Outside development a page without HTTPS counts only when it is listed: whoever sits between a
    person and the site can make one up under the site's own name.
    """
    if not origin or "*" in settings.CORS_ORIGINS or origin in settings.CORS_ORIGINS:
        return True
    scheme = origin.partition("://")[0]
    if scheme == "http" and not settings.DEVELOPMENT:
        return False
    try:
        return scheme in _DEFAULT_PORTS and _place(origin) == _place(f"{scheme}://{host}")
    except ValueError:
        return False


def _place(url: str) -> tuple[str | None, int]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]


def _token(offered: list[str]) -> str | None:
    others = [protocol for protocol in offered if protocol != SUBPROTOCOL]
    return others[0] if others else None


def _after(query: bytes) -> int | None:
    value = parse_qs(query.decode("latin-1")).get("after", ["0"])[-1]
    is_number = value.isascii() and value.isdigit() and len(value) <= _SEQ_DIGITS
    return int(value) if is_number else None


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")
