"""Signatures as https://www.standardwebhooks.com describes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Returns a fresh secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(
    message_id: str, seconds: int, body: bytes, with_secrets: Sequence[str]
) -> dict[str, str]:
    """Returns the three headers of a message that is sent at that Unix time, by their names.

    There is a signature by each secret, the current one's first.
    """
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures = [f"v1,{_signature(secret, signed)}" for secret in with_secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
