"""What both sides say, as LiveKit's clients read it in the room: text streams `lk.transcription`.

They are as livekit-agents writes them. The agent's words come in one stream a segment, each when it
is heard. A person's come in a stream for every state of them, in that person's name. Streams of one
segment have one `lk.segment_id`, and the newest of them counts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self

import structlog
from common.tasks import cancel
from livekit import rtc
from livekit.agents.types import (
    ATTRIBUTE_TRANSCRIPTION_FINAL,
    ATTRIBUTE_TRANSCRIPTION_SEGMENT_ID,
    ATTRIBUTE_TRANSCRIPTION_TRACK_ID,
    TOPIC_TRANSCRIPTION,
)
from media_server.tokens import START
from voice_sessions.events import Final, Interim, Message

log = structlog.get_logger(__name__)
WRITE_SECONDS = 2.0
FINAL = {ATTRIBUTE_TRANSCRIPTION_FINAL: "true"}
INTERIM = {ATTRIBUTE_TRANSCRIPTION_FINAL: "false"}
NO_WORDS = " "
"""What replaces words that were none after all: clients take no notice of an empty stream."""

Words = Interim | Final


@dataclass
class _Open:
    """The stream of what the agent is saying, and what is in it so far."""

    segment: str
    writer: rtc.TextStreamWriter
    text: str = ""


class Transcription:
    """As a context it writes what it takes, for a person whose token started the session.

    Words that are still to be written when newer ones of their segment come are left out. The
    agent's first words come once more, whole, when they are settled: a client that had just joined
    when they began may not have been ready to read them.
    """

    def __init__(self, room: rtc.Room, identity: str) -> None:
        self._room = room
        self._identity = identity
        self._waiting: dict[str, Words] = {}
        self._news = asyncio.Event()
        self._is_written = asyncio.Event()
        self._is_written.set()
        self._open: _Open | None = None
        self._has_begun = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="transcription")
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self._task)

    def take(self, message: Message) -> None:
        """Has words written where the person reads them; returns at once."""
        if isinstance(message, Interim | Final) and self._is_read:
            self._waiting[message.segment] = message
            self._is_written.clear()
            self._news.set()

    async def written(self, seconds: float) -> None:
        """Returns when everything that was taken is written, or after so many seconds."""
        written = asyncio.create_task(self._is_written.wait())
        await asyncio.wait({written, self._task}, timeout=seconds, return_when="FIRST_COMPLETED")
        await cancel(written)

    @property
    def _is_read(self) -> bool:
        person = self._room.remote_participants.get(self._identity)
        return person is not None and START in person.attributes

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                segment = next(iter(self._waiting))
                await self._guarded(self._waiting.pop(segment))
            self._is_written.set()

    async def _guarded(self, words: Words) -> None:
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await (self._write_agents if words.role == "agent" else self._write_whole)(words)
        except Exception as error:  # a stream that breaks is no reason to end a conversation
            self._open = None
            log.info("transcription_not_written", error=type(error).__name__)

    async def _write_agents(self, words: Words) -> None:
        """Writes what the agent has said since, or all of it where it is not a continuation."""
        is_more = (now := self._open) is not None and (
            now.segment == words.segment and words.text.startswith(now.text)
        )
        if now is None or not is_more:
            await self._close({})
            now = self._open = _Open(words.segment, await self._stream(words, INTERIM))
        if more := words.text[len(now.text) :]:
            now.text = words.text
            await now.writer.write(more)
        if words.final:
            await self._close(FINAL)
            if not self._has_begun:
                await self._write_whole(words)
            self._has_begun = True

    async def _close(self, attributes: dict[str, str]) -> None:
        if self._open is not None:
            stream, self._open = self._open, None
            await stream.writer.aclose(attributes=attributes)

    async def _write_whole(self, words: Words) -> None:
        stream = await self._stream(words, FINAL if words.final else INTERIM)
        await stream.write(words.text or NO_WORDS)
        await stream.aclose()

    async def _stream(self, words: Words, state: dict[str, str]) -> rtc.TextStreamWriter:
        is_agents = words.role == "agent"
        agent = self._room.local_participant
        speaker = agent if is_agents else self._room.remote_participants.get(self._identity)
        attributes = {**state, ATTRIBUTE_TRANSCRIPTION_SEGMENT_ID: words.segment}
        if track := next(iter(speaker.track_publications), "") if speaker else "":
            attributes[ATTRIBUTE_TRANSCRIPTION_TRACK_ID] = track
        return await agent.stream_text(
            topic=TOPIC_TRANSCRIPTION,
            attributes=attributes,
            destination_identities=[self._identity],
            sender_identity=agent.identity if is_agents else self._identity,
        )
