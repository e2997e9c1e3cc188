"""A person with a client of LiveKit's own: nothing of ours but the address that gives tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from livekit import rtc
from support.backend import Backend
from support.person import Person
from support.waiting import until_async

SEGMENT, FINAL, TRACK = "lk.segment_id", "lk.transcription_final", "lk.transcribed_track_id"


@dataclass
class Stream:
    """One text stream of `lk.transcription` as it was read, piece by piece."""

    speaker: str
    attributes: dict[str, str]
    pieces: list[str]
    is_over: bool = False

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Client(Person):
    """`streams` are what the agent wrote into the room, `states` what it said that it does."""

    def __init__(
        self, backend: Backend, room: str, identity: str, config: dict[str, Any] | None = None
    ) -> None:
        super().__init__(backend, room, identity)
        self.streams: list[Stream] = []
        self.states: list[str] = []
        self.kinds: dict[str, int] = {}
        self._config = {"agents": [{}]} if config is None else config
        self._room.register_text_stream_handler("lk.transcription", self._on_stream)
        self._room.on("participant_attributes_changed", self._on_attributes)
        self._room.on("participant_connected", self._on_connected)

    @property
    def room(self) -> rtc.Room:
        """The room as LiveKit's library has it."""
        return self._room

    async def _admission(self) -> tuple[str, str]:
        body = {
            "room_name": self.room_name,
            "participant_identity": self.identity,
            "room_config": self._config,
        }
        answer = await asyncio.to_thread(self.backend.request, "POST", "/token", body)
        assert answer.status == 201, answer.body
        return answer.body["server_url"], answer.body["participant_token"]

    async def until_started(self, seconds: float = 15) -> dict[str, Any]:
        """The session that has been started in the room, which is read along from then on."""

        async def found() -> dict[str, Any] | None:
            listed = await asyncio.to_thread(self.backend.request, "GET", "/sessions")
            of_room = [one for one in listed.body["sessions"] if one["room"] == self.room_name]
            return of_room[0] if of_room else None

        session = await until_async(found, seconds=seconds, what="a session")
        assert session
        self.session_id = session["session_id"]
        self.read_again()
        return dict(session)

    async def types(self, text: str) -> str:
        """Types into the chat, and returns the id of what was sent."""
        info = await self._room.local_participant.send_text(text, topic="lk.chat")
        return str(info.stream_id)

    def said(self, speaker: str) -> list[str]:
        """The settled words of one side, as LiveKit's own hooks put the streams together."""
        newest = {s.attributes[SEGMENT]: s for s in self.streams if s.speaker == speaker}
        return [s.text for s in newest.values() if s.is_over and s.attributes[FINAL] == "true"]

    def _on_connected(self, participant: rtc.RemoteParticipant) -> None:
        self.kinds[participant.identity] = participant.kind
        self.states.append(participant.attributes.get("lk.agent.state", ""))

    def _on_attributes(self, changed: dict[str, str], _participant: rtc.Participant) -> None:
        if state := changed.get("lk.agent.state"):
            self.states.append(state)

    def _on_stream(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._tasks.append(asyncio.create_task(self._read_stream(reader, identity)))

    async def _read_stream(self, reader: rtc.TextStreamReader, identity: str) -> None:
        stream = Stream(identity, dict(reader.info.attributes or {}), [])
        self.streams.append(stream)
        async for piece in reader:
            stream.pieces.append(piece)
        stream.attributes.update(reader.info.attributes or {})
        stream.is_over = True


@asynccontextmanager
async def client(
    backend: Backend, room: str, identity: str = "ada", config: dict[str, Any] | None = None
) -> AsyncIterator[Client]:
    """A person in the room for the block, for whom a session starts by itself."""
    somebody = Client(backend, room, identity, config)
    await somebody.join()
    try:
        yield somebody
    finally:
        await somebody.leave()
