"""Long-running programs with a log file each, and whether they answer."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.problem import Problem
from scripts.run.processes import POLL_SECONDS, Child

PROBE_SECONDS = 2.0
LAST_LINES = 12


@dataclass(frozen=True)
class Program:
    """What to start, the port it listens on, and how to tell that it answers there."""

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    port: int
    is_ready: Callable[[], bool]
    log: Path
    stops_on: signal.Signals = field(default=signal.SIGTERM)

    def start(self) -> Child:
        """The program as a child process; its output is appended to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return Child(self.command, self.cwd, self.env, log=self.log)

    def last_lines(self) -> list[str]:
        """The last lines of the log."""
        if not self.log.exists():
            return []
        return self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]


def wait_ready(program: Program, child: Child, seconds: float, goes_on: Callable[[], None]) -> None:
    """Returns when the program answers; Problem when it ended or is late.

    `goes_on` is asked all the time and may raise to give up.
    """
    deadline = time.monotonic() + seconds
    while not program.is_ready():
        goes_on()
        if (code := child.exit_code()) is not None:
            raise Problem(
                f"{program.name} ended by itself (exit code {code}) instead of answering. "
                f"The lines above are the last of {program.log}.",
                program.last_lines(),
            )
        if time.monotonic() > deadline:
            raise Problem(
                f"{program.name} did not answer on port {program.port} within {seconds:.0f} s. "
                f"The lines above are the last of {program.log}.",
                program.last_lines(),
            )
        time.sleep(POLL_SECONDS)


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
