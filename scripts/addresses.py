"""Under which host this machine reaches its own servers."""

from __future__ import annotations

from collections.abc import Mapping

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def own_host(env: Mapping[str, str]) -> str:
    """Returns, as addresses have it, the host at which what listens on BIND_HOST answers here."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env["BIND_HOST"], env["BIND_HOST"])
    return f"[{host}]" if ":" in host else host
