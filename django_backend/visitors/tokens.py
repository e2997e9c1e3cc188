"""Who asks: the visitor that a signed token names."""

from __future__ import annotations

import jwt
from django.conf import settings

AUDIENCE = "voice-agent"
LOCAL = "local"
MAX_VISITOR_LENGTH = 64


class BadToken(Exception):
    """The token is missing, forged, expired or meant for something else."""


def visitor_of(token: str | None) -> str:
    """Returns the visitor's id; without a token `local` in development on loopback.

    Raises BadToken.
    """
    if token is None:
        if settings.LOCAL_VISITOR:
            return LOCAL
        raise BadToken
    try:
        claims = jwt.decode(
            token,
            settings.VISITOR_SECRET,
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["sub", "aud", "iat", "exp"]},
        )
    except jwt.InvalidTokenError as error:
        raise BadToken from error
    visitor = claims["sub"]
    if not 0 < len(visitor) <= MAX_VISITOR_LENGTH or visitor == LOCAL:
        raise BadToken
    return visitor
