"""Where a request may go on to with its key."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

MOST_REDIRECTS = 5


def next_address(url: str, location: str) -> str:
    """Returns the address to which a redirect leads; empty where no key must go.

    That is another host, and a connection without TLS where there was one.
    """
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
    except ValueError:
        return ""
    is_same_host = bool(there.hostname) and there.hostname == here.hostname
    return target if is_same_host and there.scheme in (here.scheme, "https") else ""
