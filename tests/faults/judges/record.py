"""What sockets brought against what is stored: nothing lost, twice, out of order or made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from faults.people.follower import Connection

Message = dict[str, Any]


class Reader(Protocol):
    """Whoever followed a session through one connection after the other."""

    session_id: str
    connections: list[Connection]

    @property
    def messages(self) -> list[Message]:
        """Every durable message, connection after connection."""


@dataclass
class Findings:
    """How many events were stored, and each one that went wrong, in words."""

    stored: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        return [*self.lost, *self.duplicated, *self.disordered]

    def __add__(self, other: Findings) -> Findings:
        return Findings(
            self.stored + other.stored,
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.disordered + other.disordered,
        )


def compare(stored: Sequence[Message], followers: Iterable[Reader]) -> Findings:
    """The session's store against every socket that read it to the end."""
    findings = Findings(stored=len(stored), lost=_gaps(stored))
    for follower in followers:
        findings += _delivery(stored, follower)
    return findings


def _delivery(stored: Sequence[Message], follower: Reader) -> Findings:
    got = [message["seq"] for message in follower.messages]
    counts = Counter(got)
    where = f"session {follower.session_id}"
    findings = Findings()
    for message in stored:
        if not counts[message["seq"]]:
            findings.lost.append(f"{where}: #{message['seq']} was stored and not delivered")
    findings.duplicated = [f"{where}: #{seq} came {n} times" for seq, n in counts.items() if n > 1]
    findings.disordered = [
        f"{where}: #{seq} came where #{expected} was due"
        for connection in follower.connections
        for expected, seq in _misplaced(connection)
    ]
    findings.lost += _unknown(stored, follower, where)
    return findings


def _gaps(stored: Sequence[Message]) -> list[str]:
    numbers = [message["seq"] for message in stored]
    missing = set(range(1, max(numbers, default=0) + 1)) - set(numbers)
    return [f"the store has no #{seq}" for seq in sorted(missing)]


def _misplaced(connection: Connection) -> Iterable[tuple[int, int]]:
    expected = 1 if connection.recovered is False else connection.after + 1
    for message in connection.durable:
        if message["seq"] != expected:
            yield expected, message["seq"]
        expected = message["seq"] + 1


def _unknown(stored: Sequence[Message], follower: Reader, where: str) -> list[str]:
    """What was seen and is not in the store as it was seen: it was acknowledged, then lost."""
    known = {message["seq"]: message for message in stored}
    return [
        f"{where}: #{message['seq']} was seen and is not stored so"
        for message in follower.messages
        if known.get(message["seq"]) != {k: v for k, v in message.items() if k != "received"}
    ]
