"""The channel layer on Redis, which may go away: it carries nothing but wake-ups."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import structlog
from channels_redis.core import RedisChannelLayer
from channels_redis.utils import create_pool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
RETRY_SECONDS = 0.5
ANSWER_SECONDS = 1.0
"""For which an agent or a socket waits for a group; both go on without it."""
UNANSWERED_MS = 8000
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


class PatientLayer(RedisChannelLayer):
    """A channel layer that outlives its server: listeners go on, groups are joined again later."""

    def create_pool(self, index: int) -> Any:
        return create_pool({**self.hosts[index], **CONNECTION})

    async def receive(self, channel: str) -> Any:
        while True:
            try:
                return await super().receive(channel)
            except (RedisError, OSError) as error:
                log.debug("channel_layer_away", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    def forget(self, channel: str) -> None:
        """Drops what came for a channel that has no listener any more."""
        self.receive_buffer.pop(channel, None)

    async def group_add(self, group: str, channel: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await super().group_add(group, channel)
        except (RedisError, OSError) as error:
            log.warning("group_not_joined", error=type(error).__name__)

    async def group_discard(self, group: str, channel: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await super().group_discard(group, channel)
        except (RedisError, OSError) as error:
            log.debug("group_not_left", error=type(error).__name__)
