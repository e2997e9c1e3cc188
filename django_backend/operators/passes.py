"""Secrets that are shown once: whoever has one is let in, and what is kept of it lets nobody in."""

from __future__ import annotations

import hashlib
import re
import secrets

SIGN_IN = "vas_"
"""What the pass of an operator who has signed in begins with."""
LINK = "val_"
"""The same of a link that invites one."""
API_KEY = "vak_"
"""The same of a program's key."""
_BYTES = 32
_SHAPE = re.compile(r"va[a-z]_[A-Za-z0-9_-]{43}")


def new_pass(kind: str) -> str:
    """Returns a fresh secret of 256 bits that begins with its kind."""
    return kind + secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """Returns what is kept of a secret, 64 hex digits; "" for what is none of ours.

    It needs no salt and no slow hash: nobody guesses 256 random bits.
    """
    if not _SHAPE.fullmatch(secret):
        return ""
    return hashlib.sha256(secret.encode()).hexdigest()
