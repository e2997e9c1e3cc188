"""Writes down what a session sounds like, where its person agreed to that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Self

import structlog
from agents.agent import Agent
from common.tasks import cancel
from django.utils import timezone
from livekit.agents.voice import AgentSession
from voice_sessions.events import Message
from voice_sessions.models import Session
from voice_sessions.recordings.ogg import PACKET_SAMPLES, RATE
from voice_sessions.recordings.waveform import peaks_of

from agent_manager.recording import taps
from agent_manager.recording.encoder import Encoder
from agent_manager.recording.keeper import NOT_RECORDED, Keeper, Sound
from agent_manager.recording.track import Samples, Track
from agent_manager.shift.leaving import outlasting

log = structlog.get_logger(__name__)
PIECE_SAMPLES = 5 * RATE
LATE = 0.5
"""Seconds after which nothing is put on the time line any more, or taken away from it."""
LOOK_EVERY = 0.5
LAST_SECONDS = 1.2
"""How long a session's end waits for its last piece, which is kept later otherwise."""
GIVE_UP_SECONDS = 30.0
ENCODING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoding")


def is_recorded(session: Session, agent: Agent) -> bool:
    """Whether the person agreed to a recording, and the agent still asks for it."""
    return session.recorded and agent.recording == "ask"


class Recorder:
    """The person on the left, the agent on the right, in pieces of 5 s.

    As a context it is idle until `begin`, and records nothing more at its end; pieces that are on
    their way into the storage then have half a minute to get there.
    """

    def __init__(self, session: Session, agent: Agent, emit: Callable[[Message], None]) -> None:
        self._is_wanted = is_recorded(session, agent)
        self._emit = emit
        self._keeper = Keeper(session, emit)
        self._person, self._agent = Track(), Track()
        self._began = 0.0
        self._starts_at = timezone.now()
        self._taken = self._number = 0
        self._over = asyncio.Event()
        self._recording: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.finish(0.0)

    def begin(self, voice: AgentSession) -> None:
        """Records from now on what this voice hears and says, where that is wanted."""
        if not self._is_wanted:
            return
        self._began, self._starts_at = time.monotonic(), timezone.now()
        taps.listen_to_person(voice, self._hear_person)
        taps.listen_to_agent(voice, self._hear_agent, self._cut_agent)
        self._recording = outlasting(self._record())
        log.info("recording_started")

    async def finish(self, seconds: float = LAST_SECONDS) -> None:
        """Ends the recording now; returns when it is kept, or after so many seconds."""
        self._over.set()
        if self._recording is not None:
            await asyncio.wait({self._recording}, timeout=seconds)

    async def _record(self) -> None:
        keeping = asyncio.create_task(self._keeper.run(), name="keeper")
        try:
            await self._write_all()
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await self._keeper.kept()
        except TimeoutError:
            log.warning("recording_given_up")
        finally:
            await cancel(keeping)

    async def _write_all(self) -> None:
        """Hands all on until it is over; where nothing can be encoded, nothing more is heard."""
        try:
            encoder = Encoder()
            while not await self._is_over():
                await self._write(encoder, time.monotonic() - LATE, PIECE_SAMPLES)
            await self._write(encoder, time.monotonic(), PACKET_SAMPLES)
        except Exception as error:  # the library has errors of its own
            log.error("recording_failed", error=type(error).__name__)
            self._emit(NOT_RECORDED)
        finally:
            self._over.set()

    async def _is_over(self) -> bool:
        try:
            async with asyncio.timeout(LOOK_EVERY):
                return await self._over.wait()
        except TimeoutError:
            return False

    async def _write(self, encoder: Encoder, until: float, least: int) -> None:
        """Hands on what was heard until then in pieces, of which none has fewer samples."""
        loop = asyncio.get_running_loop()
        while (ready := self._place(until) - self._taken) >= least:
            count = min(ready, PIECE_SAMPLES) // PACKET_SAMPLES * PACKET_SAMPLES
            starts_at = self._starts_at + timedelta(seconds=self._taken / RATE)
            self._taken += count
            left, right = self._person.take(self._taken), self._agent.take(self._taken)
            packets, peaks = await loop.run_in_executor(ENCODING, _written, encoder, left, right)
            self._keeper.take(Sound(self._number, starts_at, packets, peaks))
            self._number += 1

    def _place(self, at: float) -> int:
        """The sample of the recording that was heard at that moment of the monotonic clock."""
        return round((at - self._began) * RATE)

    def _hear_person(self, at: float, samples: Samples) -> None:
        if not self._over.is_set():
            self._person.put(self._place(at), samples)

    def _hear_agent(self, at: float, samples: Samples) -> None:
        if not self._over.is_set():
            self._agent.put(self._place(at), samples)

    def _cut_agent(self, at: float) -> None:
        self._agent.cut(self._place(at))


def _written(encoder: Encoder, left: Samples, right: Samples) -> tuple[list[bytes], bytes]:
    """Returns both voices as packets, and what draws them; too long for the event loop."""
    return encoder.encode(left, right), peaks_of(left, right)
