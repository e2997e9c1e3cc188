"""Who a visitor is: a signed cookie that lasts, and short-lived tokens for the backend."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from flask import session

COOKIE_LIFETIME = timedelta(days=400)
TOKEN_LIFETIME = timedelta(minutes=10)
AUDIENCE = "voice-agent"
_COOKIE_KEY = "visitor"
_VISITOR = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class VisitorToken:
    """A signed token and the moment it expires, as RFC 3339 in UTC."""

    token: str
    expires_at: str


def current_visitor() -> str:
    """The visitor of this request, new when the cookie holds none; its 400 days begin again."""
    visitor = session.get(_COOKIE_KEY)
    if not (isinstance(visitor, str) and _VISITOR.fullmatch(visitor)):
        visitor = secrets.token_urlsafe(16)
    session.permanent = True
    session[_COOKIE_KEY] = visitor
    return visitor


def mint_token(visitor: str, secret: str) -> VisitorToken:
    """A token that the backend accepts as this visitor for ten minutes (JWT, HS256)."""
    issued_at = datetime.now(UTC).replace(microsecond=0)
    expires_at = issued_at + TOKEN_LIFETIME
    claims = {"sub": visitor, "aud": AUDIENCE, "iat": issued_at, "exp": expires_at}
    token = jwt.encode(claims, secret, algorithm="HS256")
    return VisitorToken(token, expires_at.isoformat().replace("+00:00", "Z"))
