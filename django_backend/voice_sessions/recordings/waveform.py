"""How loud both voices are over a recording, to be drawn without decoding it."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from voice_sessions.models import Session

from . import ogg
from .joined import Recording

PEAK_SECONDS = 0.1
PEAK_SAMPLES = round(PEAK_SECONDS * ogg.RATE)
MOST_PEAKS = 2000
"""Of each voice in an answer: more than a page has room for."""


class Waveform(TypedDict):
    """How loud each voice is at its loudest, 0 to 255, in steps of equal length."""

    person: list[int]
    agent: list[int]


def peaks_of(left: NDArray[np.int16], right: NDArray[np.int16]) -> bytes:
    """Returns how loud both voices are, 0 to 255: a byte for each, left first, every 0.1 s."""
    both = np.abs(np.stack([left, right], axis=1).astype(np.int32)) >> 7
    rest = -len(both) % PEAK_SAMPLES
    steps = np.pad(both, ((0, rest), (0, 0))).reshape(-1, PEAK_SAMPLES, 2).max(axis=1)
    return np.minimum(steps, 255).astype(np.uint8).tobytes()


def waveform(session: Session, recording: Recording) -> Waveform:
    """Returns the waveform of all of the recording."""
    peaks = dict(session.pieces.values_list("key", "peaks"))
    length = round(recording.seconds / PEAK_SECONDS) + 1
    drawn = np.zeros((length, 2), dtype=np.uint8)
    for part in recording.parts:
        found = np.frombuffer(bytes(peaks.get(part.key, b"")), dtype=np.uint8).reshape(-1, 2)
        first = round(part.before * ogg.PACKET_SECONDS / PEAK_SECONDS)
        drawn[first : first + len(found)] = found[: max(length - first, 0)]
    every = -(-length // MOST_PEAKS)
    rest = -length % every
    steps = np.pad(drawn, ((0, rest), (0, 0))).reshape(-1, every, 2).max(axis=1)
    return Waveform(person=steps[:, 0].tolist(), agent=steps[:, 1].tolist())
