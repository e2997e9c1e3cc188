"""Where a request may go on to with its key."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from common.origins import origin_of

MOST_REDIRECTS = 5


def next_address(url: str, location: str) -> str:
    """Returns the address to which a redirect leads; empty where no key must go.

    That is any other origin: another host, another port of the same one, or another scheme; and an
    address that brings a name or password of its own.
    """
    try:
        target = urljoin(url, location)
        here, there = _person_in(url), _person_in(target)
    except ValueError:
        return ""
    is_same = bool(origin_of(url)) and origin_of(target) == origin_of(url)
    return target if is_same and there in ("", here) else ""


def _person_in(url: str) -> str:
    """What stands before the @ of an address."""
    return urlsplit(url).netloc.rpartition("@")[0]
