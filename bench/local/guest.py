"""A person who also keeps what it hears and reads along, so that replies can be judged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import websockets

from bench.person import FRAME_SECONDS, Person
from tests.support import speech

MODEL, SCRIPT = "model", "script"
SETTLED_SECONDS = 6.0
_LOOK_AGAIN = 0.05


@dataclass(frozen=True)
class Exchange:
    """One line and what came of it, in words and sound; `wait` is None when no reply came."""

    wait: float | None
    premature: bool
    heard_as: str
    reply: str
    sound: speech.Samples


class Guest(Person):
    """A person with the page's socket."""

    def __init__(self) -> None:
        super().__init__()
        self._messages: list[dict[str, Any]] = []
        self._kept: list[speech.Samples] = []

    def read(self, backend_url: str, session_id: str) -> None:
        """Begins to read the session's events."""
        url = f"ws{backend_url[4:]}/ws/transcript/{session_id}?after=0"
        self._tasks.append(asyncio.create_task(self._read(url)))

    def take(self, samples: speech.Samples) -> None:
        super().take(samples)
        self._kept.append(samples.copy())

    async def exchange(self, samples: speech.Samples) -> Exchange:
        """Says one line, listens to the whole reply, and returns both sides' settled words."""
        self._kept.clear()
        before = len(self._messages)
        heard = await self.say(samples)
        if heard.wait is not None:
            await self._until_settled(before)
        sound = np.concatenate(self._kept or [speech.silence(FRAME_SECONDS)])
        words = {role: self._words(role, before) for role in ("user", "agent")}
        return Exchange(heard.wait, heard.premature, words["user"], words["agent"], sound)

    async def replied_by(self) -> str:
        """Returns what replies in this session, `model` or `script`, as its events tell."""
        until = time.monotonic() + SETTLED_SECONDS
        while not (told := self._told()) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AGAIN)
        return told or SCRIPT

    def _told(self) -> str:
        events = [m for m in self._messages if m.get("event") == "local_language"]
        return str(events[-1]["by"]) if events else ""

    async def _until_settled(self, before: int) -> None:
        until = time.monotonic() + SETTLED_SECONDS
        while not self._words("agent", before) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AGAIN)

    def _words(self, role: str, before: int) -> str:
        finals = [m for m in self._messages[before:] if m.get("final") and m["role"] == role]
        return " ".join(m["text"] for m in sorted(finals, key=lambda m: m["order"]))

    async def _read(self, url: str) -> None:
        protocols = [websockets.Subprotocol("voice-agent.v1")]
        async with websockets.connect(url, subprotocols=protocols, proxy=None) as socket:
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in socket:
                    self._messages.append(json.loads(message))
