"""Ports that nobody listens on, each handed out once in a process."""

from __future__ import annotations

import random
import socket

_RANGE = range(15_000, 32_000)
"""Below the ports that systems take for outgoing connections, which may grab one at any time."""
_random = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A loopback port that is free for TCP and UDP and was not handed out before."""
    while True:
        port = _random.choice(_RANGE)
        if (
            port not in _given
            and _free(port, socket.SOCK_STREAM)
            and _free(port, socket.SOCK_DGRAM)
        ):
            _given.add(port)
            return port


def _free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
