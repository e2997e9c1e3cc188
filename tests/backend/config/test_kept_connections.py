"""Connections to SQLite are kept: opening one costs more than most of what is asked through it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from voice_sessions.steps import step


@pytest.mark.django_db
async def test_steps_of_a_thread_share_a_connection() -> None:
    with ThreadPoolExecutor(max_workers=1) as thread:
        connected = step(_connection, thread)
        try:
            assert await connected() is await connected()
        finally:
            thread.submit(connections.close_all).result()


def _connection() -> object:
    connection.ensure_connection()
    return connection.connection
