"""Headers of which a request may have one, and those that a proxy adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from .addresses import Network, is_listed

log = structlog.get_logger(__name__)
FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")
SINGLE = frozenset(
    b"authorization content-length content-type host origin referer sec-fetch-site "
    b"transfer-encoding x-csrftoken".split()
)
"""What decides something: two values mean that two readers may believe different ones."""
Headers = Iterable[tuple[bytes, bytes]]


def repeated(headers: Headers) -> str:
    """The name of a header that is there twice and may not be; empty when there is none."""
    seen: set[bytes] = set()
    for name, _ in headers:
        if name in SINGLE and name in seen:
            return name.decode("ascii")
        seen.add(name)
    return ""


def joined(headers: Headers, wanted: bytes) -> str:
    """The values of a header that is a list, in their order, with commas between."""
    return ",".join(value.decode("latin-1") for name, value in headers if name == wanted)


class UnlistedForwarder:
    """Says once in the log that a proxy is missing in TRUSTED_PROXIES."""

    def __init__(self) -> None:
        self._told = False

    def notice(self, peer: str, proxies: Sequence[Network]) -> None:
        """Somebody at `peer` sent forwarded headers; they count only from a listed proxy."""
        if self._told or is_listed(peer, proxies):
            return
        self._told = True
        log.warning(
            "forwarded_headers_ignored",
            peer=peer,
            advice="If this is your proxy, add it to TRUSTED_PROXIES: until then all people who "
            "come through it count as one address.",
        )
