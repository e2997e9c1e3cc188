"""Hands the agent's voice on to its room, and tells which shown words have been heard by now."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from common.tasks import cancel
from livekit import rtc
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities

from agent_manager.speaking.passages import PASSAGE, Progress, Timeline

TICK = 0.05
"""Seconds between two looks at which words were heard."""


class Playback(AudioOutput):
    """The voice on its way out. `tell` gets the words as they are heard, `over` is called after.

    An interrupted reply ends, for livekit-agents too, with the last word that was heard.
    """

    def __init__(
        self, room: AudioOutput, tell: Callable[[str], None], over: Callable[[], None]
    ) -> None:
        super().__init__(
            label="Playback",
            next_in_chain=room,
            capabilities=AudioOutputCapabilities(pause=True),
        )
        self._tell = tell
        self._over = over
        self._ticking: asyncio.Task[None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._timeline = Timeline()
        self._told = ""
        self._captured = self._played = 0.0
        self._looked_at: float | None = None

    @property
    def progress(self) -> Progress | None:
        """How far the reply is that is being heard; None where nothing is."""
        return self._timeline.progress

    @property
    def sample_rate(self) -> int | None:
        """The rate that the room wants."""
        return self.next_in_chain.sample_rate if self.next_in_chain else None

    async def aclose(self) -> None:
        """Returns when nothing is told any more."""
        if self._ticking is not None:
            await cancel(self._ticking)

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Hands a frame on, and notes which words it stands for."""
        if self.next_in_chain:
            await self.next_in_chain.capture_frame(frame)
        await super().capture_frame(frame)
        if (passage := frame.userdata.get(PASSAGE)) is not None:
            self._timeline.add(passage, self._captured)
        self._advance()
        self._captured += frame.duration

    def flush(self) -> None:
        """All of the reply was captured."""
        super().flush()
        if self.next_in_chain:
            self.next_in_chain.flush()

    def clear_buffer(self) -> None:
        """What was not heard yet is not to be heard any more."""
        if self.next_in_chain:
            self.next_in_chain.clear_buffer()

    def pause(self) -> None:
        """The voice stops for the moment."""
        super().pause()
        self._advance()
        self._looked_at = None

    def resume(self) -> None:
        """The voice goes on."""
        super().resume()
        self._looked_at = asyncio.get_running_loop().time()

    def on_playback_started(self, *, created_at: float) -> None:
        """The first sample is on its way to the person."""
        super().on_playback_started(created_at=created_at)
        self._looked_at = asyncio.get_running_loop().time()
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())

    def on_playback_finished(
        self,
        *,
        playback_position: float,
        interrupted: bool,
        synchronized_transcript: str | None = None,
    ) -> None:
        """The reply was heard, or cut off after so many seconds."""
        if not self._pending_playback_count:
            return
        self._tell_until(playback_position if interrupted else math.inf)
        told = self._told
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        self._timeline.tell_progress(math.inf)
        self._begin()
        super().on_playback_finished(
            playback_position=playback_position,
            interrupted=interrupted,
            synchronized_transcript=told,
        )
        self._over()

    async def _tick(self) -> None:
        while True:
            self._advance()
            self._tell_until(self._played)
            self._timeline.tell_progress(self._played)
            await asyncio.sleep(TICK)

    def _advance(self) -> None:
        """Moves on to what is heard now; where the voice ran dry, time does not count."""
        if self._looked_at is not None:
            now = asyncio.get_running_loop().time()
            self._played = min(self._played + now - self._looked_at, self._captured)
            self._looked_at = now

    def _tell_until(self, moment: float) -> None:
        shown = self._timeline.shown_at(moment)
        if len(shown) > len(self._told):
            new, self._told = shown[len(self._told) :], shown
            self._tell(new)
