"""Receiving what a group is sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from channels.layers import get_channel_layer
from common.tasks import cancel

from .layers import PatientLayer
from .messages import Message

JOIN_AGAIN_SECONDS = 5.0
ON_ITS_WAY_SECONDS = 0.05
"""For which what was sent before is still taken in: the layer would keep it, unread."""
MOST_WAITING = 1000


class Inbox:
    """What a group was sent and nobody has read yet; of too many messages the oldest go."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._has_news = asyncio.Event()

    def put(self, message: Message) -> None:
        """Keeps a message for the reader."""
        self._waiting.append(message)
        self._has_news.set()

    async def read(self, seconds: float) -> list[Message]:
        """Returns all messages as soon as there is one; none when none came for so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._has_news.wait()
        self._has_news.clear()
        messages = list(self._waiting)
        self._waiting.clear()
        return messages


@contextlib.asynccontextmanager
async def listening(group: str) -> AsyncIterator[Inbox]:
    """Gives an inbox of the group for the block.

    The group is joined again and again, because a server that restarts has forgotten it.
    """
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    inbox = Inbox()
    taking = asyncio.create_task(_take(layer, group, channel, inbox), name=f"listening {group}")
    try:
        yield inbox
    finally:
        try:
            await layer.group_discard(group, channel)
            await asyncio.sleep(ON_ITS_WAY_SECONDS)
        finally:
            await cancel(taking)
            if isinstance(layer, PatientLayer):
                layer.forget(channel)


async def _take(layer: Any, group: str, channel: str, inbox: Inbox) -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(JOIN_AGAIN_SECONDS):
                while True:
                    inbox.put(await layer.receive(channel))
        await layer.group_add(group, channel)
