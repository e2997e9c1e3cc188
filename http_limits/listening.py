"""The sockets on which a server listens, one for each address that a host name stands for."""

from __future__ import annotations

import contextlib
import errno
import socket

BACKLOG = 2048
ALL_IPV4, ALL_IPV6 = "0.0.0.0", "::"
_NOT_ON_THIS_MACHINE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listeners(host: str, port: int) -> list[socket.socket]:
    """Returns listening sockets; `::` stands for all addresses, those of IPv4 too.

    An IPv4 client keeps its own address, which it would not on a socket for both. An address that
    this machine has not is left out beside another one. Raises OSError when it can listen nowhere,
    or when somebody else has the port.
    """
    found: list[socket.socket] = []
    missing: OSError | None = None
    with contextlib.ExitStack() as failed:
        for family, address in _addresses(host, port):
            try:
                listener = socket.create_server(address, family=family, backlog=BACKLOG)
            except OSError as error:
                if error.errno not in _NOT_ON_THIS_MACHINE:
                    raise
                missing = error
                continue
            failed.callback(listener.close)
            found.append(listener)
        if not found and missing is not None:
            raise missing
        failed.pop_all()
    return found


def _addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    hosts = [ALL_IPV6, ALL_IPV4] if host == ALL_IPV6 else [host]
    found = [
        (family, (str(address[0]), port))
        for name in hosts
        for family, *_, address in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    ]
    return list(dict.fromkeys(found))
