"""Speech as files of the kinds that OpenAI's API has, written piece by piece as it is made.

FFmpeg's encoders by PyAV, which takes 0.3 s to load and is loaded for the first file that needs
it: what an agent speaks is pcm.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from local_ai.audio import wav_header

if TYPE_CHECKING:
    import av.container

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
"""The content type of each format; the first is the one that a client gets by default."""
_BITS_A_SECOND = 64_000


@dataclass(frozen=True)
class _Kind:
    """FFmpeg's names of a file format and its codec, and the options of the format."""

    container: str
    codec: str
    options: dict[str, str] = field(default_factory=dict)
    bits_a_second: int | None = _BITS_A_SECOND


_KINDS = {
    "mp3": _Kind("mp3", "libmp3lame", {"write_xing": "0"}),
    "opus": _Kind("ogg", "libopus", {"page_duration": "200000"}),
    "aac": _Kind("adts", "aac"),
    "flac": _Kind("flac", "flac", bits_a_second=None),
}


class _Sink:
    """A file that can only be written, from its beginning to its end."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


class _Compressed:
    """Mono 16-bit sound that FFmpeg compresses; both methods return what the file goes on with."""

    def __init__(self, kind: _Kind, rate: int) -> None:
        import av

        self._rate = rate
        self._samples = 0
        self._sink = _Sink()
        self._file: av.container.OutputContainer = av.open(
            self._sink, "w", format=kind.container, options=kind.options
        )
        stream: Any = self._file.add_stream(kind.codec, rate=rate, layout="mono")
        if kind.bits_a_second:
            stream.bit_rate = kind.bits_a_second
        self._stream = stream

    def more(self, pcm: bytes) -> bytes:
        import av

        if pcm:
            samples = np.frombuffer(pcm, "<i2")[None]
            frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
            frame.sample_rate, frame.pts = self._rate, self._samples
            self._samples += frame.samples
            self._write(frame)
        return self._sink.taken()

    def end(self) -> bytes:
        self._write(None)
        self._file.close()
        return self._sink.taken()

    def _write(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._file.mux(packet)


async def encoded(kind: str, rate: int, sound: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The file, piece by piece, of a kind in MEDIA_TYPES; `sound` is mono 16-bit pcm at `rate`.

    Each piece is compressed in a thread as it comes. What is not compressed waits for none. The
    sound ends with the file.
    """
    async with aclosing(sound):
        if kind not in _KINDS:
            if kind == "wav":
                yield wav_header(rate)
            async for pcm in sound:
                yield pcm
            return
        writing = await asyncio.to_thread(_Compressed, _KINDS[kind], rate)
        async for pcm in sound:
            if data := await asyncio.to_thread(writing.more, pcm):
                yield data
        if data := await asyncio.to_thread(writing.end):
            yield data
