"""How many requests of one address are worked on at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

WAIT_SECONDS = 2.0
WAITING = 64


class TooMany(Exception):
    """The address has its share in flight already; it may ask again in a moment."""


@dataclass
class _Share:
    turn: asyncio.Semaphore
    users: int = 0


class Shares:
    """`at_once` requests of each address group; a few more wait for their turn for a moment."""

    def __init__(
        self, at_once: int, *, seconds: float = WAIT_SECONDS, waiting: int = WAITING
    ) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._waiting = waiting
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def share(self, group: str) -> AsyncIterator[None]:
        """Within the block the group has one request more in flight; TooMany when it may not."""
        share = self._shares.setdefault(group, _Share(asyncio.Semaphore(self._at_once)))
        if share.users >= self._at_once + self._waiting:
            raise TooMany
        share.users += 1
        try:
            await self._turn(share)
            try:
                yield
            finally:
                share.turn.release()
        finally:
            share.users -= 1
            if not share.users:
                del self._shares[group]

    async def _turn(self, share: _Share) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await share.turn.acquire()
        except TimeoutError:
            raise TooMany from None
