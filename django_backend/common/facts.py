"""What was learnt of a server of speech or language, as processes hand it to each other."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

About = tuple[str, ...]
"""Whom a fact is about: the server's address, the model, and what else makes it another fact."""


@dataclass(frozen=True)
class Fact:
    """One fact, which holds for so many seconds. `value` is JSON, `sound` the samples of a voice.

    `key` tells it from all others; it is a hash, so that it shows nobody's words.
    """

    key: str
    kind: str
    server: str
    model: str
    value: Any
    seconds: float
    sound: bytes = b""


def fact_key(kind: str, about: About) -> str:
    """The key of a fact of this kind about this server."""
    return hashlib.sha256(json.dumps([kind, *about]).encode()).hexdigest()


def server_of(base_url: str) -> str:
    """The address of a server without what may be secret in it: no password, no parameters."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
