"""The sound of a file of any kind that OpenAI's API takes, as the recogniser needs it.

WAV is read here. Everything else goes through FFmpeg by PyAV, loaded when a file needs it. A file
says itself which kind it is, and only these kinds are opened: others of FFmpeg's (playlists, for
example) name files and addresses to be read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from local_ai.audio import UndecodableAudio, read_wav, to_pcm16

if TYPE_CHECKING:
    import av.audio
    import av.container

SUPPORTED = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
LONGEST_SECONDS = 2 * 60 * 60
_CONTAINERS = "aac,flac,matroska,mov,mp3,mpeg,ogg,wav,webm"
"""The names of FFmpeg's readers for these kinds."""


def pcm_of(data: bytes, rate: int) -> bytes:
    """Returns the sound as mono 16-bit pcm at `rate`; raises UndecodableAudio. Blocks."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        pcm = to_pcm16(read_wav(data, rate))
        _refuse_longer(len(pcm), rate)
        return pcm
    whole = bytearray()
    for piece in _decoded(data, rate):
        whole += piece
        _refuse_longer(len(whole), rate)
    if not whole:
        raise UndecodableAudio("no sound was found in it")
    return bytes(whole)


def _refuse_longer(size: int, rate: int) -> None:
    if size > LONGEST_SECONDS * rate * 2:
        raise UndecodableAudio(f"it is longer than {LONGEST_SECONDS // 3600} hours")


def _decoded(data: bytes, rate: int) -> Iterator[bytes]:
    import av

    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": ""}
    try:
        with av.open(io.BytesIO(data), "r", options=options, metadata_errors="replace") as file:
            if not file.streams.audio:
                raise UndecodableAudio("it has no sound")
            resampler = av.AudioResampler("s16", "mono", rate)
            for frame in chain(_frames(file), [None]):
                for same_rate in resampler.resample(frame):
                    yield same_rate.to_ndarray().tobytes()
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, UndecodableAudio):
            raise
        raise UndecodableAudio("it is none of the supported formats, or broken") from None


def _frames(file: av.container.InputContainer) -> Iterator[av.audio.AudioFrame]:
    """The sound of the first stream; packets that are broken are left out."""
    import av

    for packet in file.demux(file.streams.audio[0]):
        try:
            yield from packet.decode()  # type: ignore[misc]
        except av.error.InvalidDataError:
            continue
