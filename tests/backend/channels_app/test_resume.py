"""A page that loses its socket and comes back with `after` misses nothing."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from fakes.runtime import FakeRuntime
from fakes.socket import PageSocket
from fakes.visitors import ALICE
from voice_sessions import transcripts
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final, Speech
from voice_sessions.models import Session

SESSION_ID = "session-of-alice"
SPEECH: Any = ("speech_started", "speech_ended")


class Page:
    """What a page shows: it is built from events alone."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.entries: list[tuple[int, str, str]] = []
        self.speaking: set[str] = set()
        self.is_over = False

    def take(self, message: dict[str, Any]) -> None:
        if "seq" not in message or message.get("event") == "caught_up":
            return
        assert message["seq"] == self.last_seq + 1, "each event once and in order"
        self.last_seq = message["seq"]
        if message.get("final"):
            self.entries.append((message["order"], message["role"], message["text"]))
        elif message["event"] == "speech_started":
            self.speaking.add(message["role"])
        elif message["event"] == "speech_ended":
            self.speaking.discard(message["role"])
        elif message["event"] == "session_ended":
            self.is_over = True


@sync_to_async
def talk(chance: random.Random, turns: int) -> None:
    for number in range(turns):
        role: Any = chance.choice(["user", "agent"])
        segment = f"s{number}"
        speech = [Speech(role=role, event=event, segment=segment) for event in SPEECH]
        for event in speech:
            event_log.append(SESSION_ID, 1, event)
        event_log.append(SESSION_ID, 1, Final(role=role, text=f"Line {number}.", segment=segment))
    sessions.end(SESSION_ID, EndReason.STOPPED)
    sessions.finish(SESSION_ID)


async def read_along(application: Any, page: Page, chance: random.Random) -> int:
    """Reads until the session is over, losing the socket at random; the number of connections."""
    connections = 0
    while not page.is_over:
        connections += 1
        socket = PageSocket(application, SESSION_ID, query=f"after={page.last_seq}")
        await socket.connect()
        for _ in range(chance.randint(1, 12)):
            if page.is_over:
                break
            page.take(await socket.receive())
        await socket.leave()
    return connections


@pytest.mark.parametrize("seed", range(6))
async def test_an_old_state_and_the_events_after_it_are_the_new_state(
    application: Any, record: None, runtime: FakeRuntime, seed: int
):
    chance = random.Random(seed)
    await Session.objects.acreate(id=SESSION_ID, visitor=ALICE, room="r", identity="i")
    pages = [Page() for _ in range(3)]
    readers = [
        read_along(application, page, random.Random(seed + n)) for n, page in enumerate(pages)
    ]
    counts, _ = await asyncio.gather(asyncio.gather(*readers), talk(chance, 12))
    assert max(counts) > 1
    fresh = await sync_to_async(transcripts.transcript)(ALICE, SESSION_ID)
    expected = [(entry["order"], entry["role"], entry["text"]) for entry in fresh.entries]
    for page in pages:
        assert page.last_seq == fresh.session.last_seq
        assert sorted(page.entries) == expected
        assert sorted(page.speaking) == fresh.speaking
