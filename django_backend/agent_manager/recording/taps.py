"""Where the sound of a recording is taken: nobody new joins the room for it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from livekit import rtc
from livekit.agents.voice import AgentSession, io

from agent_manager.recording.track import Samples

Heard = Callable[[float, Samples], None]
"""Takes sound, and when on the monotonic clock it began."""


class HeardPerson(io.AudioInput):
    """What recognition hears, on its way there."""

    def __init__(self, source: io.AudioInput, heard: Heard) -> None:
        super().__init__(label="recording", source=source)
        self._heard = heard

    async def __anext__(self) -> rtc.AudioFrame:
        frame = await super().__anext__()
        self._heard(time.monotonic() - frame.duration, _samples(frame))
        return frame


class PlayedAgent:
    """What the room gets of the agent's voice, when it gets it.

    livekit-agents says where a reply was heard when it is over, which is too late for whoever
    dies in the middle. So its audio source is listened to: a frame is heard when what is queued
    before it has been played, and a queue that is cleared is not heard.
    """

    def __init__(self, source: rtc.AudioSource, heard: Heard, cut: Callable[[float], None]) -> None:
        self._source = source
        self._heard = heard
        self._cut = cut
        self._capture, self._clear = source.capture_frame, source.clear_queue
        source.capture_frame = self.capture_frame  # type: ignore[method-assign]
        source.clear_queue = self.clear_queue  # type: ignore[method-assign]

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Queues a frame as the source does."""
        self._heard(time.monotonic() + self._source.queued_duration, _samples(frame))
        await self._capture(frame)

    def clear_queue(self) -> None:
        """Clears the queue as the source does."""
        self._cut(time.monotonic())
        self._clear()


def listen_to_person(voice: AgentSession, heard: Heard) -> None:
    """Has what the session's person says heard here too."""
    if voice.input.audio is not None:
        voice.input.audio = HeardPerson(voice.input.audio, heard)


def listen_to_agent(voice: AgentSession, heard: Heard, cut: Callable[[float], None]) -> None:
    """Has what the session's agent says heard here too, at the end of all that its voice passes."""
    output = voice.output.audio
    while output is not None and output.next_in_chain is not None:
        output = output.next_in_chain
    source = getattr(output, "_audio_source", None)
    if isinstance(source, rtc.AudioSource):
        PlayedAgent(source, heard, cut)


def _samples(frame: rtc.AudioFrame) -> Samples:
    """The frame's first channel, as a copy: what goes on may be changed in place."""
    return np.frombuffer(frame.data, dtype=np.int16)[:: frame.num_channels].copy()
