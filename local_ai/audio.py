"""Audio as the server needs it: WAV files in, WAV headers out, clean changes of sample rate."""

import struct
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_FULL_SCALE_16 = np.float32(2**15)
_FULL_SCALE_32 = np.float32(2**31)

_ZERO_CROSSINGS = 16
_KAISER_BETA = 8.0
_BLOCK = 8192
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_RATES = range(4_000, 192_001)


class UndecodableAudio(ValueError):
    """The bytes are not a WAV file that we can read; the message says why."""


@lru_cache(maxsize=16)
def _filter_bank(up: int, down: int) -> Samples:
    """Taps of a linear-phase low-pass (Kaiser-windowed sinc), one row an output phase.

    Passes up to 0.9 of the lower of the two Nyquist frequencies. Each row sums to one.
    """
    stretch = max(1.0, down / up)
    half = int(np.ceil(_ZERO_CROSSINGS * stretch))
    cutoff = 0.9 / stretch
    at = np.arange(1 - half, half + 1)[None, :] - (np.arange(up) / up)[:, None]
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (at / half) ** 2, 0, 1)))
    taps = np.sinc(cutoff * at) * window
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)


class Resampler:
    """A change of sample rate for audio that arrives in pieces, without seams between them.

    Polyphase FIR, so the phase is linear and nothing folds back. The first output sample belongs
    to the first input sample; `flush` gives the tail that waits for samples still to come.
    """

    def __init__(self, source_rate: int, target_rate: int) -> None:
        divisor = gcd(source_rate, target_rate)
        self._up, self._down = target_rate // divisor, source_rate // divisor
        self._taps = _filter_bank(self._up, self._down)
        self._half = self._taps.shape[1] // 2
        self._pending = np.zeros(self._half - 1, np.float32)
        self._position = 0
        self._missing = 0

    def push(self, samples: Samples) -> Samples:
        """As many output samples as the input so far allows."""
        if self._up == self._down:
            return samples
        self._missing += len(samples) * self._up
        return self._run(samples)

    def flush(self) -> Samples:
        """The last output samples; the resampler is used up afterwards."""
        if self._up == self._down:
            return np.zeros(0, np.float32)
        expected = -(-self._missing // self._down)
        return self._run(np.zeros(self._half, np.float32))[:expected]

    def _run(self, samples: Samples) -> Samples:
        source = np.concatenate([self._pending, samples])
        ready = (len(source) - 2 * self._half + 1) * self._up - self._position
        count = max(0, -(-ready // self._down))
        at = self._position + np.arange(count, dtype=np.int64) * self._down
        end = self._position + count * self._down
        self._missing -= count * self._down
        self._pending, self._position = source[end // self._up :], end % self._up
        return self._filter(source, at // self._up, at % self._up)

    def _filter(
        self, source: Samples, start: NDArray[np.int64], phase: NDArray[np.int64]
    ) -> Samples:
        result = np.empty(len(start), np.float32)
        if not len(start):
            return result
        windows = np.lib.stride_tricks.sliding_window_view(source, self._taps.shape[1])
        for at in range(0, len(start), _BLOCK):
            block = slice(at, at + _BLOCK)
            result[block] = np.einsum("nk,nk->n", windows[start[block]], self._taps[phase[block]])
        return result


def resample(samples: Samples, source_rate: int, target_rate: int) -> Samples:
    """The whole clip at another sample rate."""
    resampler = Resampler(source_rate, target_rate)
    return np.concatenate([resampler.push(samples), resampler.flush()])


def from_pcm16(pcm: bytes) -> Samples:
    """Samples in ±1 from 16-bit little-endian bytes."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / _FULL_SCALE_16


def to_pcm16(samples: Samples) -> bytes:
    """16-bit little-endian bytes from samples in ±1, clipped."""
    return np.clip(np.rint(samples * _FULL_SCALE_16), -32768, 32767).astype("<i2").tobytes()


def wav_header(rate: int, data_bytes: int = 0xFFFFFFFF) -> bytes:
    """The header of a mono 16-bit WAV; without a length it says that the end is not known yet."""
    riff_bytes = min(data_bytes + 36, 0xFFFFFFFF)
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate, rate * 2, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE")
        + layout
        + struct.pack("<4sI", b"data", data_bytes)
    )


@dataclass(frozen=True)
class _Layout:
    encoding: int
    channels: int
    rate: int
    bits: int


def read_wav(data: bytes, rate: int) -> Samples:
    """The sound of a WAV file as mono samples in ±1 at `rate`; raises UndecodableAudio.

    Reads 8 to 32-bit integers and 32 and 64-bit floats of any sample rate and channel count,
    plain and WAVE_FORMAT_EXTENSIBLE, and files whose length was not known when they were begun.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise UndecodableAudio("it is not a WAV file")
    layout, sound = _chunks(data)
    frames = _decode(layout, sound)
    mono = frames.reshape(-1, layout.channels).mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise UndecodableAudio("it has samples that are not numbers")
    return resample(np.clip(mono, -1, 1), layout.rate, rate)


def _chunks(data: bytes) -> tuple[_Layout, bytes]:
    layout: _Layout | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt ":
            layout = _layout(body)
        elif name == b"data":
            if layout is None:
                break
            return layout, body
        at += 8 + size + size % 2
    raise UndecodableAudio("the WAV file is cut short")


def _layout(body: bytes) -> _Layout:
    if len(body) < 16:
        raise UndecodableAudio("the WAV header is cut short")
    encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if encoding == _EXTENSIBLE and len(body) >= 26:
        (encoding,) = struct.unpack_from("<H", body, 24)
    if rate not in _RATES or not 1 <= channels <= 32:
        raise UndecodableAudio(f"{channels} channels at {rate} Hz is not a format we can read")
    return _Layout(encoding, channels, rate, bits)


def _decode(layout: _Layout, sound: bytes) -> Samples:
    width = layout.bits // 8
    if width:
        sound = sound[: len(sound) // (width * layout.channels) * (width * layout.channels)]
    match layout.encoding, layout.bits:
        case 1, 8:
            return np.frombuffer(sound, np.uint8).astype(np.float32) / np.float32(128) - np.float32(
                1
            )
        case 1, 16:
            return from_pcm16(sound)
        case 1, 24:
            octets = np.frombuffer(sound, np.uint8).reshape(-1, 3)
            wide = np.pad(octets, ((0, 0), (1, 0)))
            return wide.view("<i4").ravel().astype(np.float32) / _FULL_SCALE_32
        case 1, 32:
            return np.frombuffer(sound, "<i4").astype(np.float32) / _FULL_SCALE_32
        case 3, 32 | 64:
            return np.frombuffer(sound, f"<f{width}").astype(np.float32)
    raise UndecodableAudio(f"WAV encoding {layout.encoding} with {layout.bits} bits is not read")
