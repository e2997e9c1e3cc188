"""Who a visitor is: a signed cookie that lasts, and short-lived tokens for the backend."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from flask import Response, after_this_request, current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from flask_frontend.arrivals import Arrivals

COOKIE_LIFETIME = timedelta(days=400)
TOKEN_LIFETIME = timedelta(minutes=10)
LONGEST_EMBEDDED = timedelta(hours=12)
AUDIENCE = "voice-agent"
_COOKIE_KEY = "visitor"
_VISITOR = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class VisitorToken:
    """A signed token, the moment it expires (RFC 3339 in UTC), and in how many seconds that is."""

    token: str
    expires_at: str
    expires_in: int


def current_visitor(arrivals: Arrivals) -> str:
    """The visitor of this request, new when the cookie holds none; its 400 days begin again.

    Raises TooManyRequests when too many new ones come from one address.
    """
    former = _former_visitor()
    visitor = _well_formed(session.get(_COOKIE_KEY)) or former
    visitor = visitor or new_visitor(arrivals)
    session.permanent = True
    session[_COOKIE_KEY] = visitor
    return visitor


def new_visitor(arrivals: Arrivals) -> str:
    """A visitor who is in no cookie; raises TooManyRequests like current_visitor."""
    arrivals.admit(request)
    return secrets.token_urlsafe(16)


def _former_visitor() -> str:
    """The visitor of the cookie that the site gave before its name began with `__Host-`.

    Whoever has one is known by the new cookie from now on; the old one is deleted.
    """
    name = current_app.config["FORMER_COOKIE_NAME"]
    cookie = request.cookies.get(name) if name else None
    if not cookie:
        return ""

    @after_this_request
    def delete(response: Response) -> Response:
        response.delete_cookie(name, secure=True, httponly=True, samesite="Lax")
        return response

    serializer = SecureCookieSessionInterface().get_signing_serializer(current_app)
    assert serializer, "settings without a secret do not load"
    try:
        former = serializer.loads(cookie, max_age=int(COOKIE_LIFETIME.total_seconds()))
    except BadSignature:
        return ""
    return _well_formed(former.get(_COOKIE_KEY)) if isinstance(former, dict) else ""


def _well_formed(visitor: object) -> str:
    return visitor if isinstance(visitor, str) and _VISITOR.fullmatch(visitor) else ""


def mint_token(
    visitor: str, secret: str, address: str = "", embedded: int | None = None
) -> VisitorToken:
    """A token that the backend accepts as this visitor for ten minutes (JWT, HS256).

    One with the `address` of a person is for the site's own requests: no browser may get it. One
    of a page in another site's frame tells since when that is there (`embedded`, in seconds since
    1970); whoever has it may have it renewed.
    """
    issued_at = datetime.now(UTC).replace(microsecond=0)
    expires_at = issued_at + TOKEN_LIFETIME
    claims: dict[str, object] = {"sub": visitor, "aud": AUDIENCE}
    claims |= {"iat": issued_at, "exp": expires_at, **({"address": address} if address else {})}
    claims |= {"embedded": embedded} if embedded is not None else {}
    token = jwt.encode(claims, secret, algorithm="HS256")
    until = expires_at.isoformat().replace("+00:00", "Z")
    return VisitorToken(token, until, round(TOKEN_LIFETIME.total_seconds()))


def renewed(token: str, secret: str) -> VisitorToken | None:
    """A token for the visitor of a page in a frame, whose own may have expired; None for others.

    Such a page is known for twelve hours.
    """
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"verify_exp": False, "require": ["sub"]},
        )
    except jwt.InvalidTokenError:
        return None
    since = claims.get("embedded")
    now = datetime.now(UTC).timestamp()
    if not isinstance(since, int) or now - since > LONGEST_EMBEDDED.total_seconds():
        return None
    return mint_token(str(claims["sub"]), secret, embedded=since)
