from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from common.tasks import cancel
from fakes.hooks.receiver import Receiver
from outgoing import hosts
from webhooks.deliverer import Deliverer

Delivering = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def receiver(record: None) -> Iterator[Receiver]:
    """A system that an owner has allowed in spite of its private address."""
    with Receiver() as receiver:
        hosts.allow("127.0.0.1", 0, "root")
        yield receiver


@pytest.fixture
def delivering() -> Delivering:
    """Delivers while it is open, as a backend does; several at once are several backends."""

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        task = asyncio.create_task(Deliverer().run())
        try:
            yield
        finally:
            await cancel(task)

    return running
