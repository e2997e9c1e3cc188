"""Name servers and servers of HTTP that tests stand up on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Names:
    """Says which addresses a host has: the next of several answers each time it is asked."""

    known: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolved(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.known.get(host, [])
        if not answers:
            raise OSError("no such name")
        return list(answers.pop(0) if len(answers) > 1 else answers[0])


@dataclass
class Server:
    """A server of HTTP on loopback, with the heads of the requests that it got."""

    port: int
    heads: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    pause: float = 0.0

    def redirects(self, path: str, to: str, status: int = 302) -> None:
        """Has it send whoever asks for a path elsewhere."""
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
        self.answers[path] = head.encode()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
