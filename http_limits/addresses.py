"""Whose request it is: the client's address, and the addresses that one client may have."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network
IPV6_PREFIX = 64
"""One household or host has a whole /64 of IPv6 to choose addresses from."""


def client_address(peer: str, forwarded_for: str, proxies: Sequence[Network]) -> str:
    """The address of whoever asks: `peer`, or what a trusted proxy says in X-Forwarded-For.

    Each proxy appends whom it was asked by, so the last address that is no proxy is the client's.
    Anything else in the header counts for nothing.
    """
    if not is_listed(peer, proxies):
        return peer
    hops = [hop for part in forwarded_for.split(",") if (hop := part.strip())]
    foreign = [hop for hop in hops if not is_listed(hop, proxies)]
    return foreign[-1] if foreign and _parsed(foreign[-1]) else peer


def is_listed(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks; an IPv4 address in IPv6 clothes counts."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def group_of(address: str) -> str:
    """What limits by address count by: an IPv4 address, or the /64 of an IPv6 one."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed) if parsed else address


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped
    return parsed
