"""No request reaches a private address that an owner has not allowed.

A name is resolved, all of its addresses are checked, and what is connected to is one of those: a
name server that answers otherwise a moment later changes nothing. TLS and Host keep the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import httpcore2
import httpx2 as httpx  # what openai and the plugins are built on

from outgoing.addresses import is_public

if TYPE_CHECKING:
    from httpcore2._backends.base import SOCKET_OPTION

ATTEMPT_SECONDS = 3.0
"""For each address of a name but the last one."""
LOCAL_NAMES = (
    *("internal", "local", "localhost", "localdomain", "lan", "home", "corp", "intranet"),
    *("private", "arpa"),
)
"""Names end so that mean something in one network alone, or at a cloud's own servers."""
Allowance = Callable[[str, int], Awaitable[bool]]
"""Whether an owner has allowed a host and port in spite of its private address."""


class PrivateAddress(httpx.TransportError):
    """The host has an address that is not of the public internet, and no owner has allowed it."""

    def __init__(self, host: str) -> None:
        super().__init__("The address is private, and no owner has allowed this host.")
        self.host = host


async def resolved(host: str, port: int) -> list[str]:
    """Returns the addresses of a host, as the system tells them; raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def checked(host: str, port: int, is_allowed: Allowance) -> list[str]:
    """Returns the addresses of a host that may be connected to.

    Raises PrivateAddress where one of them is private, and httpx.ConnectError where it has none.
    """
    try:
        addresses = await resolved(host, port)
    except (OSError, UnicodeError):
        raise httpx.ConnectError("The host has no address.") from None
    if not addresses:
        raise httpx.ConnectError("The host has no address.")
    if not all(map(is_public, addresses)) and not await is_allowed(plain(host), port):
        raise PrivateAddress(host)
    return addresses


async def check_name(host: str, port: int, is_allowed: Allowance) -> None:
    """Raises PrivateAddress for a host that a proxy connects to, as `checked` does.

    What has no address here may have one at the proxy, unless its name is of a local network.
    """
    try:
        await checked(host, port, is_allowed)
    except httpx.ConnectError:
        last = plain(host).rpartition(".")[2]
        is_local = last in LOCAL_NAMES or "." not in plain(host)
        if is_local and not await is_allowed(plain(host), port):
            raise PrivateAddress(host) from None


def plain(host: str) -> str:
    """Returns a host as it is stored among those that are allowed."""
    return host.strip("[]").rstrip(".").lower()


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, is_allowed: Allowance) -> None:
        self._is_allowed = is_allowed
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Returns a connection to one of the host's addresses; raises PrivateAddress."""
        *others, last = await checked(host, port, self._is_allowed)
        for address in others:
            seconds = min(timeout or ATTEMPT_SECONDS, ATTEMPT_SECONDS)
            try:
                return await self._network.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Refuses: there is nothing public behind one."""
        raise PrivateAddress(path)

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await self._network.sleep(seconds)


def guarded(transport: httpx.AsyncHTTPTransport, is_allowed: Allowance) -> None:
    """Has a transport without a proxy open connections to checked addresses only."""
    transport._pool._network_backend = GuardedNetwork(is_allowed)
