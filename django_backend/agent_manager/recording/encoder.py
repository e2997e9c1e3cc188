"""Two voices as Opus."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from voice_sessions.recordings.ogg import PACKET_SAMPLES, RATE

from agent_manager.recording.track import Samples

BITS_PER_SECOND = 32_000
OPTIONS = {"application": "audio", "compression_level": "5"}
"""Of speech in two channels this keeps one 44 dB away from the other, at 0.004 of a core."""


class Encoder:
    """Encodes what follows on each other; one thread at a time may use it."""

    def __init__(self) -> None:
        context = cast(AudioCodecContext, av.CodecContext.create("libopus", "w"))
        context.sample_rate = RATE
        context.layout = "stereo"
        context.format = "s16"
        context.bit_rate = BITS_PER_SECOND
        context.time_base = Fraction(1, RATE)
        context.options = OPTIONS
        self._context = context
        self._at = 0

    def encode(self, left: Samples, right: Samples) -> list[bytes]:
        """Returns a packet for every 20 ms; both voices have whole ones of those."""
        both = np.stack([left, right], axis=1).reshape(-1, 2 * PACKET_SAMPLES)
        return [packet for each in both for packet in self._encode(each)]

    def _encode(self, both: Samples) -> list[bytes]:
        frame = av.AudioFrame.from_ndarray(both.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = RATE, self._at
        self._at += PACKET_SAMPLES
        return [bytes(packet) for packet in self._context.encode(frame)]
