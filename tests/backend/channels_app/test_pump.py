"""One socket's pump, with a page that is slower than the session."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels_app import pump
from channels_app.reading import Reading
from channels_app.wire import transient
from support.waiting import until_async
from voice_sessions.models import Session

SESSION_ID = "session-of-alice"
AT = "2026-01-31T12:00:00.000Z"
THINKING = {"role": "agent", "event": "thinking_started", "at": AT}


def interim(segment: str, text: str) -> dict[str, Any]:
    return {"role": "user", "text": text, "final": False, "segment": segment, "at": AT}


def begun_reading() -> Reading:
    """A reading that brings nothing."""
    reading = Reading(SESSION_ID)
    reading.begun.set()
    return reading


class SlowPage:
    """A page's end of a pump that takes messages only while its gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.messages: list[str] = []

    async def take(self, text: str) -> None:
        await self.gate.wait()
        self.messages.append(text)


async def test_a_page_that_is_behind_gets_only_the_newest_interim(session: Session):
    page = SlowPage()
    slow = pump.Pump(begun_reading(), 1, page.take)
    running = asyncio.create_task(slow.run())
    for words in ("a", "a b", "a b c"):
        slow.offer(transient(interim("u1", words), after=0))
    for event in ("thinking_started", "thinking_ended"):
        slow.offer(transient({**THINKING, "event": event}, after=0))
    page.gate.set()
    await until_async(lambda: len(page.messages) == 3, what="the newest messages")
    assert "a b c" in page.messages[1]
    assert "thinking_ended" in page.messages[2]
    running.cancel()


async def test_a_page_that_takes_nothing_is_dropped(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pump, "SEND_SECONDS", 0.05)
    with pytest.raises(pump.SocketDropped):
        await pump.Pump(begun_reading(), 0, SlowPage().take).run()


async def test_nothing_that_may_be_lost_comes_before_caught_up(session: Session):
    page = SlowPage()
    behind = pump.Pump(begun_reading(), 0, page.take)
    running = asyncio.create_task(behind.run())
    behind.offer(transient(interim("u1", "Hi"), after=0))
    page.gate.set()
    await until_async(lambda: len(page.messages) == 3, what="three messages")
    assert "session_started" in page.messages[0]
    assert "caught_up" in page.messages[1]
    running.cancel()
