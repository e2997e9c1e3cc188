"""A voice without words: as long as the text would take to say, and loud from the first sample."""

from __future__ import annotations

import functools
import io
import wave

import av
import numpy as np

RATE = 24_000
SECONDS_A_CHARACTER = 0.06
TONE_HERTZ = 440.0
TONE_LEVEL = 8000.0
CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "pcm": "audio/pcm"}


def spoken(text: str, response_format: str) -> bytes:
    """The voice for `text` as mp3, wav or pcm (24 kHz, mono, 16-bit)."""
    count = max(1, round(len(text) * SECONDS_A_CHARACTER * RATE))
    return _as_format(_voice(count), response_format)


def steady(seconds: float, response_format: str) -> bytes:
    """A tone without a gap, in which silence of any length can be told from sound."""
    return _as_format(_tone(round(seconds * RATE)), response_format)


@functools.lru_cache(maxsize=256)
def _voice(count: int) -> bytes:
    times = np.arange(count) / RATE
    voice = sum(np.cos(2 * np.pi * 160 * harmonic * times) / harmonic for harmonic in range(1, 8))
    syllables = 0.65 + 0.35 * np.cos(2 * np.pi * 4 * times)
    samples: bytes = (5000 * voice * syllables).astype("<i2").tobytes()
    return samples


@functools.lru_cache(maxsize=4)
def _tone(count: int) -> bytes:
    times = np.arange(count) / RATE
    samples: bytes = (TONE_LEVEL * np.sin(2 * np.pi * TONE_HERTZ * times)).astype("<i2").tobytes()
    return samples


@functools.lru_cache(maxsize=256)
def _as_format(pcm: bytes, response_format: str) -> bytes:
    if response_format == "pcm":
        return pcm
    return _wav(pcm) if response_format == "wav" else _mp3(pcm)


def _wav(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(pcm)
    return file.getvalue()


def _mp3(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with av.open(file, mode="w", format="mp3") as target:
        stream = target.add_stream("mp3", rate=RATE)
        stream.layout = "mono"
        samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = RATE
        for resampled in av.AudioResampler(format="s16p", layout="mono", rate=RATE).resample(frame):
            target.mux(stream.encode(resampled))
        target.mux(stream.encode(None))
    return file.getvalue()
