"""Calls that are too short for a thread of their own."""

from __future__ import annotations

import asyncio
import threading

import pytest
from agent_manager.providers.at_once import AtOnce


async def test_a_call_is_made_in_the_thread_that_asks() -> None:
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(AtOnce(), threading.get_ident) == threading.get_ident()


async def test_what_a_call_raises_is_raised_to_whoever_waits() -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(ValueError, match="invalid literal"):
        await loop.run_in_executor(AtOnce(), int, "no number")
