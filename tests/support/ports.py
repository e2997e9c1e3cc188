"""Ports that nobody listens on, each handed out once in a process."""

from __future__ import annotations

import socket

_given: set[int] = set()


def free_port() -> int:
    """A loopback port that is free for TCP and UDP and was not handed out before."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            if port not in _given and _free_for_udp(port):
                _given.add(port)
                return port


def _free_for_udp(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
