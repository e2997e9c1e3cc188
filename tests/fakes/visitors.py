"""Visitors and the tokens that the frontend would give them."""

from __future__ import annotations

import time
from typing import Any

import jwt
from django.conf import settings

ALICE, BOB = "alice-visitor-id", "bob-visitor-id"


def visitor_token(visitor: str = ALICE, *, secret: str | None = None, **claims: Any) -> str:
    """A visitor token as the frontend makes it; claims can be changed, None removes one."""
    now = int(time.time())
    content = {"sub": visitor, "aud": "voice-agent", "iat": now, "exp": now + 600, **claims}
    kept = {name: value for name, value in content.items() if value is not None}
    return jwt.encode(kept, secret or settings.VISITOR_SECRET, algorithm="HS256")
