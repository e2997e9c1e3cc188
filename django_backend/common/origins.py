"""Where a server is: scheme, host and port, by which two addresses are of one server."""

from __future__ import annotations

from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def origin_of(url: str) -> str:
    """Returns the origin of an address, such as https://api.example.com; "" where it has none.

    The scheme's own port is left out, so that it makes no other server.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.scheme or not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".").lower()
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == PORTS.get(parts.scheme)
    return f"{parts.scheme}://{shown}" if is_usual else f"{parts.scheme}://{shown}:{port}"
