"""Who asks: the visitor that a signed token names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

AUDIENCE = "voice-agent"
LASTS = timedelta(minutes=10)
LOCAL = "local"
MAX_VISITOR_LENGTH = 64


class BadToken(Exception):
    """The token is missing, forged, expired or meant for something else."""


def token_for(visitor: str) -> str:
    """Returns a token of ten minutes for a person of a program's: their browser may ask itself."""
    now = datetime.now(UTC)
    claims = {"sub": visitor, "aud": AUDIENCE, "iat": now, "exp": now + LASTS}
    return jwt.encode(claims, settings.VISITOR_SECRET, algorithm="HS256")


def address_of(token: str) -> str:
    """Returns the address of a person for whom our own site asks, "" where their browser does.

    Only the site puts it into a token, one that no browser gets. Raises BadToken.
    """
    address = _claims(token).get("address", "")
    return address if isinstance(address, str) else ""


def visitor_of(token: str | None) -> str:
    """Returns the visitor's id; without a token `local` in development on loopback.

    Raises BadToken.
    """
    if token is None:
        if settings.LOCAL_VISITOR:
            return LOCAL
        raise BadToken
    visitor = str(_claims(token)["sub"])
    if not 0 < len(visitor) <= MAX_VISITOR_LENGTH or visitor == LOCAL:
        raise BadToken
    return visitor


def _claims(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.VISITOR_SECRET,
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["sub", "aud", "iat", "exp"]},
        )
    except jwt.InvalidTokenError as error:
        raise BadToken from error
    return claims
