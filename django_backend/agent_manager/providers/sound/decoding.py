"""Whatever a server sent as a voice, as samples of one kind: 24 kHz, mono, 16 bits."""

from __future__ import annotations

import asyncio
import contextlib
import io
import struct
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterator

import av
import numpy as np
from livekit import rtc
from livekit.agents.utils.codecs import AudioStreamDecoder

from agent_manager.providers.errors import ServiceError
from agent_manager.providers.sound.events import is_events, sound_of_events
from agent_manager.providers.sound.kinds import RATE, WIDTHS, Kind, RawFormat, kind_of, raw_format
from agent_manager.providers.sound.samples import loudest, mono

STREAMED = {
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "webm": "audio/webm",
}
"""What is decoded while it arrives, and livekit-agents' name for it. Of FLAC it loses the end."""
MOST_COLLECTED = 30_000_000
"""Bytes of a body that can only be decoded as a whole."""
LONGEST_WAV_HEAD = 65_536
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
"""What servers write for the length of a WAV that they are still making."""
SILENT = 16
"""Samples no louder than this are silence, which is left out before the first sound."""


async def samples_of(body: AsyncIterable[bytes], header: str) -> AsyncGenerator[bytes, None]:
    """Yields the samples of an answer; raises ServiceError when it is no voice."""
    chunks = body.__aiter__()
    head = await _until_told(chunks, header)
    if is_events(head, header):
        chunks = sound_of_events(_joined(head, chunks))
        header, head = "", await _until_told(chunks, "")
    kind = kind_of(head, header, whole=True)
    if not head:
        raise ServiceError("empty", retryable=True)
    if kind == "other":
        raise ServiceError("wrong_answer", field="body", retryable=True)
    if kind == "text":
        start = head.replace(b"\0", b"").lower()
        is_page = "html" in header or b"<html" in start or b"<!doctype html" in start
        raise ServiceError("web_page" if is_page else "wrong_answer", field="body", retryable=True)
    async with contextlib.aclosing(_decoded(_joined(head, chunks), kind, header)) as decoded:
        is_sound = False
        async for samples in decoded:
            is_sound = is_sound or loudest(samples) > SILENT
            if is_sound:
                yield samples


async def _until_told(chunks: AsyncIterator[bytes], header: str) -> bytes:
    """The first bytes of a body, as many as tell what it is."""
    head = b""
    while not is_events(head, header) and kind_of(head, header) is None:
        piece = await anext(chunks, None)
        if piece is None:
            break
        head += piece
    return head


async def _joined(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if head:
        yield head
    async for piece in chunks:
        yield piece


async def _decoded(
    body: AsyncIterator[bytes], kind: Kind | None, header: str
) -> AsyncGenerator[bytes, None]:
    if kind == "raw" or kind is None:
        samples = _raw(body, raw_format(header))
    elif kind == "wav":
        samples = _wav(body)
    elif kind in STREAMED:
        samples = _streamed(body, STREAMED[kind])
    else:
        samples = _collected(body)
    async for piece in samples:
        yield piece


async def _raw(body: AsyncIterator[bytes], given: RawFormat) -> AsyncIterator[bytes]:
    converter: _Converter | None = None
    rest = b""
    async for piece in body:
        rest += piece
        whole = len(rest) - len(rest) % (WIDTHS[given.encoding] * given.channels)
        converter = converter or _Converter(given, rest[:whole])
        for samples in converter.push(rest[:whole]):
            yield samples
        rest = rest[whole:]
    for samples in converter.flush() if converter else ():
        yield samples


class _Converter:
    """Samples of one rate, count of channels and byte order, as ours."""

    def __init__(self, given: RawFormat, first: bytes) -> None:
        self._given = given
        self._is_big_endian = given.may_be_big_endian and _is_big_endian(first, given)
        self._resampler = rtc.AudioResampler(given.rate, RATE) if given.rate != RATE else None

    def push(self, data: bytes) -> Iterator[bytes]:
        samples = mono(data, self._given, is_big_endian=self._is_big_endian)
        if not len(samples):
            return
        if self._resampler is None:
            yield samples.tobytes()
            return
        for frame in self._resampler.push(bytearray(samples.tobytes())):
            yield bytes(frame.data)

    def flush(self) -> Iterator[bytes]:
        for frame in self._resampler.flush() if self._resampler else ():
            yield bytes(frame.data)


def _is_big_endian(data: bytes, given: RawFormat) -> bool:
    """Whether the samples are smoother in that order: L16 should be so, and often is not."""
    orders = [mono(data, given, is_big_endian=order).astype(float) for order in (False, True)]
    rough = [np.abs(np.diff(each)).sum() / (np.abs(each).sum() + 1) for each in orders]
    return bool(rough[1] < rough[0])


async def _wav(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Plain samples while they arrive; other codecs of WAV as a whole."""
    head = b""
    found: tuple[RawFormat | None, int, int | None] | None = None
    async for piece in body:
        head += piece
        if (found := _wav_format(head)) or len(head) > LONGEST_WAV_HEAD:
            break
    if not found:
        raise ServiceError("wrong_answer", field="body")
    given, start, length = found
    if given is None:
        rest = _collected(_joined(head, body))
    else:
        rest = _raw(_first(length, _joined(head[start:], body)), given)
    async for samples in rest:
        yield samples


async def _first(length: int | None, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """So many bytes of a body, all without a length: other things may stand behind the samples."""
    left = length
    async for piece in body:
        yield piece if left is None else piece[:left]
        if left is not None:
            left -= len(piece)
            if left <= 0:
                return


def _wav_format(head: bytes) -> tuple[RawFormat | None, int, int | None] | None:
    """The format, where its samples begin and how many bytes they are where that is known.

    There is no format for other codecs, and None for half a head.
    """
    at, given = 12, None
    while len(head) >= at + 8:
        name, size = head[at : at + 4], struct.unpack("<I", head[at + 4 : at + 8])[0]
        if name == b"data":
            return given, at + 8, None if size in UNKNOWN_LENGTHS else size
        if name == b"fmt " and len(head) >= at + 24:
            codec, channels, rate = struct.unpack("<HHI", head[at + 8 : at + 16])
            bits = struct.unpack("<H", head[at + 22 : at + 24])[0]
            is_plain = codec in (1, 0xFFFE) and bits == 16 and channels
            given = RawFormat(rate, channels) if is_plain and rate else None
        at += 8 + size + size % 2
    return None


async def _streamed(body: AsyncIterator[bytes], mime_type: str) -> AsyncIterator[bytes]:
    decoder = AudioStreamDecoder(sample_rate=RATE, num_channels=1, format=mime_type)
    feeding = asyncio.create_task(_feed(decoder, body))
    is_sound = False
    try:
        async for frame in decoder:
            is_sound = True
            yield bytes(frame.data)
        await feeding
        if not is_sound:
            raise ServiceError("wrong_answer", field="body")
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        await decoder.aclose()


async def _feed(decoder: AudioStreamDecoder, body: AsyncIterator[bytes]) -> None:
    try:
        async for piece in body:
            decoder.push(piece)
    finally:
        decoder.end_input()


async def _collected(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    data = b""
    async for piece in body:
        data += piece
        if len(data) > MOST_COLLECTED:
            break
    samples = await asyncio.to_thread(_decode, data)
    if samples:
        yield samples


def _decode(data: bytes) -> bytes:
    try:
        with av.open(io.BytesIO(data), mode="r") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            frames = [
                resampled
                for frame in (*container.decode(audio=0), None)
                for resampled in resampler.resample(frame)
            ]
    except (av.FFmpegError, IndexError):
        raise ServiceError("wrong_answer", field="body") from None
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)
