"""How long sound is on its way from a person to the agent and back, as far as the agent knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from common.tasks import Tasks
from livekit import rtc
from livekit.agents.voice import AgentSession

log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds that the media library may take to tell its statistics."""
PACKET_WAIT = 0.01
"""Seconds that sound waits until its packet of 20 ms is full, on average."""


@dataclass(frozen=True)
class Buffered:
    """What came out of a jitter buffer so far: seconds of delay of all samples, and their count."""

    delay: float = 0.0
    samples: int = 0

    def per_sample(self, before: Buffered) -> float | None:
        """Seconds that a sample waited since then, on average; None where there was none."""
        samples = self.samples - before.samples
        return (self.delay - before.delay) / samples if samples > 0 else None


class Way:
    """Measures the person's sound on its way in, and takes the way back to be as long.

    The agent sees its own connection to the media server and its own jitter buffer. The person's
    buffer is taken to hold as much: both even out the same network. How far the person is from the
    media server is not known here.
    """

    def __init__(self, voice: AgentSession) -> None:
        self._voice = voice
        self._tasks = Tasks()
        self._measuring: asyncio.Task[None] | None = None
        self._before = Buffered()
        self.seconds: float | None = None
        """Of both ways together, by the latest measurement; None before there is one."""

    def measure(self) -> None:
        """Begins to measure, unless it does already."""
        if self._measuring is None or self._measuring.done():
            self._measuring = self._tasks.start(self._measure())

    async def aclose(self) -> None:
        """Returns when nothing is measured any more."""
        await self._tasks.cancel()

    async def _measure(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                if (track := self._track()) is not None:
                    self._take(await track.get_stats())
        except Exception as error:  # the library raises no other
            self.seconds = None
            log.info("way_not_measured", error=type(error).__name__)

    def _track(self) -> rtc.Track | None:
        """The person's track that the agent hears, if there is one."""
        person = self._voice.room_io.linked_participant
        tracks = [each.track for each in person.track_publications.values()] if person else []
        audio = (each for each in tracks if each and each.kind == rtc.TrackKind.KIND_AUDIO)
        return next(audio, None)

    def _take(self, told: Iterable[rtc.stats.RtcStats]) -> None:
        trips = [each.candidate_pair.candidate_pair for each in told]
        trip = max((each.current_round_trip_time for each in trips if each.nominated), default=0.0)
        for inbound in (each.inbound_rtp.inbound for each in told if each.HasField("inbound_rtp")):
            now = Buffered(inbound.jitter_buffer_delay, inbound.jitter_buffer_emitted_count)
            buffered = now.per_sample(self._before)
            self._before = now
            self.seconds = None if buffered is None else trip + 2 * (buffered + PACKET_WAIT)
