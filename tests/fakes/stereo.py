"""Recordings as they are heard: the person on the left, the agent on the right."""

from __future__ import annotations

import io

import av
import numpy as np
from support.speech import Samples, rms

HEARD_RATE = 48_000
LOUD, QUIET = 1500.0, 60.0
"""Root mean squares of 16-bit samples: a voice, and what may be left of the other channel."""


def decoded(stream: bytes) -> Samples:
    """Both channels of a stream, as rows of samples of 16 bits at 48 kHz."""
    with av.open(io.BytesIO(stream)) as container:
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=HEARD_RATE)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def loudness(channel: Samples, first: float, last: float) -> float:
    """The root mean square of a channel between two times in seconds."""
    return rms(channel[round(first * HEARD_RATE) : round(last * HEARD_RATE)])
