"""Whom a server waits for: few of each address, and the oldest makes room for the next."""

from __future__ import annotations

import time
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)
TELL_SECONDS = 60.0


class Waited(Protocol):
    """A connection that is idle, or slow to send or to read."""

    def make_room(self) -> None:
        """Ends the connection."""


class Waiting:
    """The connections that a server waits for, by address group, in the order of their age."""

    def __init__(self, per_address: int, most: int) -> None:
        self._per_address = per_address
        self._most = most
        self._all: dict[Waited, str] = {}
        self._groups: dict[str, dict[Waited, None]] = {}
        self._closed = 0
        self._told = float("-inf")

    def __len__(self) -> int:
        return len(self._all)

    def begin(self, group: str, client: Waited) -> None:
        """Waits for one more of the group; beyond the limits the oldest is ended."""
        members = self._groups.setdefault(group, {})
        members[client] = None
        self._all[client] = group
        if len(members) > self._per_address:
            self._make_room(next(iter(members)))
        elif len(self._all) > self._most:
            self._make_room(next(iter(self._all)))

    def end(self, client: Waited) -> None:
        """Waits for it no longer."""
        group = self._all.pop(client, None)
        if group is not None:
            del self._groups[group][client]
            if not self._groups[group]:
                del self._groups[group]

    def _make_room(self, oldest: Waited) -> None:
        self.end(oldest)
        oldest.make_room()
        self._closed += 1
        if time.monotonic() - self._told >= TELL_SECONDS:
            log.warning("slow_clients_closed", count=self._closed)
            self._closed, self._told = 0, time.monotonic()
