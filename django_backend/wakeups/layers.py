"""The channel layers, in one process and on Redis, which may go away: both carry only wake-ups.

Thousands of sessions of a process may listen, each in a channel of its own, so what one message
costs does not grow with them. On Redis that takes publish and subscribe: with Channels' other
layer a process fetches message by message, which took 0.6 s for a thousand that came at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
logging.getLogger("channels_redis.pubsub").setLevel(logging.CRITICAL)
"""While Redis is away it would print a stack trace a second; what that costs us is told here."""
ANSWER_SECONDS = 1.0
"""For which an agent or a socket waits for a group; both go on without it."""
UNANSWERED_MS = 8000
CLEANED_SECONDS = 5.0
"""Between two looks for what nobody took."""
CONNECTION = {
    # With a timeout redis-py sends through asyncio.wait_for, which on Python 3.11 may swallow a
    # cancellation: a socket that had closed listened on and on. The system notices a dead peer.
    "socket_timeout": None,
    "socket_keepalive_options": {
        getattr(socket, name): value
        for name, value in {
            "TCP_KEEPIDLE": 5,
            "TCP_KEEPINTVL": 1,
            "TCP_KEEPCNT": 3,
            "TCP_USER_TIMEOUT": UNANSWERED_MS,
        }.items()
        if hasattr(socket, name)
    },
    "socket_connect_timeout": 1.0,
    "retry": Retry(NoBackoff(), 1),
}


class InMemoryLayer(InMemoryChannelLayer):
    """The channel layer of a single process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cleaned_at = 0.0

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.require_valid_group_name(group)
        self._clean_expired()
        for channel in list(self.groups.get(group, ())):
            with contextlib.suppress(ChannelFull):
                await self.send(channel, message)

    def _clean_expired(self) -> None:
        """Goes through all channels and groups, as it would at each message, but now and then."""
        if time.monotonic() - self._cleaned_at > CLEANED_SECONDS:
            self._cleaned_at = time.monotonic()
            super()._clean_expired()


class Newest(asyncio.Queue[bytes]):
    """What came for a channel and nobody has taken yet; of too much the oldest goes."""

    def put_nowait(self, item: bytes) -> None:
        if self.full():
            self.get_nowait()
        super().put_nowait(item)


class PatientLayer(RedisPubSubChannelLayer):
    """A channel layer that outlives its server: listeners go on, groups are joined again later.

    A process has one connection that is sent what its groups get. A channel is a queue within the
    process, for what its groups are sent: nobody sends to a channel by its name.
    """

    def __init__(
        self, hosts: Sequence[str], capacity: int = 1000, prefix: str = "voice-agent"
    ) -> None:
        super().__init__([{"address": host, **CONNECTION} for host in hosts], prefix=prefix)
        self._capacity = capacity

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Returns the name of a new channel of this process."""
        channel = f"{prefix}{uuid.uuid4().hex}"
        self._get_layer().channels[channel] = Newest(self._capacity)
        return channel

    async def receive(self, channel: str) -> Any:
        """Returns what came for the channel next, once there is something."""
        return self.deserialize(await self._get_layer().channels[channel].get())

    def forget(self, channel: str) -> None:
        """Drops a channel that has no listener any more, and what came for it."""
        self._get_layer().channels.pop(channel, None)

    async def group_add(self, group: str, channel: str) -> None:
        """Has the channel get what the group is sent; tried again later where that fails."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._get_layer().group_add(group, channel)
        except (RedisError, OSError) as error:
            log.warning("group_not_joined", error=type(error).__name__)

    async def group_discard(self, group: str, channel: str) -> None:
        """Has the channel get nothing of the group any more."""
        layer = self._get_layer()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await layer.group_discard(group, channel)
        except (RedisError, OSError) as error:
            log.debug("group_not_left", error=type(error).__name__)
            _never_join_again(layer, layer._get_group_channel_name(group))


def _never_join_again(layer: Any, name: str) -> None:
    """Has the connection not ask for a group again when it is there again."""
    if name not in layer.groups:
        shard = layer._get_shard(name)
        shard._subscribed_to.discard(name)
        if shard._pubsub is not None:
            shard._pubsub.channels.pop(name.encode(), None)
