"""Sockets of Alice's page that are closed when the test is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fakes.socket import Open, PageSocket
from voice_sessions.models import Session


@pytest.fixture
async def open_socket(application: Any, session: Session) -> AsyncIterator[Open]:
    """Opens a socket to the session of Alice, with the options of PageSocket."""
    sockets: list[PageSocket] = []

    async def opened(**options: Any) -> PageSocket:
        sockets.append(PageSocket(application, session.id, **options))
        return await sockets[-1].connect()

    yield opened
    for socket in sockets:
        await socket.leave()
