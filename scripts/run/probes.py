"""Whether a program on this machine answers."""

from __future__ import annotations

import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence

PROBE_SECONDS = 2.0


def answers_http(url: str) -> bool:
    """True when GET `url` answers below 400, whoever signed the certificate."""
    trusting = ssl._create_unverified_context()
    # No proxy: these are this machine's own addresses.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
    )
    try:
        with opener.open(url, timeout=PROBE_SECONDS) as answer:
            return bool(answer.status < 400)
    except (OSError, ValueError, urllib.error.URLError):
        return False


def answers_command(command: Sequence[str]) -> bool:
    """True when the command ends with exit code 0 in time."""
    try:
        return not subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PROBE_SECONDS
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def answers_line(port: int, request: bytes, answer: bytes) -> bool:
    """True when the server on a loopback port answers a request as expected."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PROBE_SECONDS) as connection:
            connection.sendall(request)
            received = b""
            while len(received) < len(answer) and (part := connection.recv(1024)):
                received += part
    except OSError:
        return False
    return received.startswith(answer)
