"""Whether the ports of a run are free, told by the setting that changes each."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterable, Mapping

from scripts.problem import Problem

FREE_RANGE = range(15_000, 32_000)
"""Below the ports that systems take for outgoing connections, which may grab one at any time."""

_random = random.SystemRandom()
_given: set[int] = set()


def check_ports(env: Mapping[str, str], names: Iterable[str], again: str = "make run") -> None:
    """Returns when every named port is a number, all differ and each is free.

    Otherwise the Problem says how to change one for a command, `again`.
    """
    ports = {name: _number(name, env[name]) for name in names}
    _refuse_twins(ports)
    taken = {name: port for name, port in ports.items() if not _is_free(name, port, env)}
    if taken:
        raise _in_use(taken, again)


def free() -> int:
    """A loopback port that is free for TCP and UDP and was not handed out before."""
    while True:
        port = _random.choice(FREE_RANGE)
        kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        if port not in _given and all(_can_bind("127.0.0.1", port, kind) for kind in kinds):
            _given.add(port)
            return port


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Problem(f"{name} is {text!r}, which is no port. Set it to a number from 1 to 65535.")
    return int(text)


def _refuse_twins(ports: Mapping[str, int]) -> None:
    seen: dict[tuple[int, bool], str] = {}
    for name, port in ports.items():
        other = seen.setdefault((port, _is_udp(name)), name)
        if other != name:
            raise Problem(f"{other} and {name} are both {port}. Give one of them another port.")


def _is_udp(name: str) -> bool:
    return name == "LIVEKIT_UDP_PORT"


def _is_free(name: str, port: int, env: Mapping[str, str]) -> bool:
    kind = socket.SOCK_DGRAM if _is_udp(name) else socket.SOCK_STREAM
    public = name in ("FRONTEND_PORT", "BACKEND_PORT")
    hosts = [env["BIND_HOST"].strip("[]") if public else "127.0.0.1"]
    if name == "LIVEKIT_TCP_PORT":
        hosts.append("0.0.0.0")
    return all(_can_bind(host, port, kind) for host in hosts)


def _can_bind(host: str, port: int, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if sys.platform == "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _in_use(taken: Mapping[str, int], again: str) -> Problem:
    numbers = [str(port) for port in taken.values()]
    listed = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    what = f"Port {listed} is" if len(numbers) == 1 else f"Ports {listed} are"
    name, port = next(iter(taken.items()))
    free = "a free port" if len(taken) == 1 else "free ports"
    return Problem(
        f"{what} in use, perhaps by a copy of this that is still running. "
        f"Stop that, or set {' and '.join(taken)} to {free}"
        f" in .env or for one run, as in: {name}={_example(port)} {again}"
    )


def _example(port: int) -> int:
    return port + 10 if port < 65500 else port - 10
