"""Which certificates of others are trusted."""

from __future__ import annotations

import ssl
from functools import cache

import httpx2 as httpx  # what openai and the plugins are built on


@cache
def tls() -> ssl.SSLContext:
    """Returns what certificates are checked with; reading it blocks, so it is read once."""
    return httpx.create_ssl_context()
