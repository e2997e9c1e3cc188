"""Habits of servers that speak."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import av
import numpy as np
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse

from .. import sound
from ..state import Request

Make = Callable[[], Response]
TtsHabit = Callable[[HttpRequest, Request, Make], Awaitable[Response]]
HTML = "<!doctype html>\n<html><body><h1>Sign in to the network</h1></body></html>"


def _answers(content: bytes | str, media_type: str | None, status: int = 200) -> TtsHabit:
    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        return Response(content, status, media_type=media_type)

    return habit


def voice(asked: Request, rate: int = sound.RATE, channels: int = 1, order: str = "<i2") -> bytes:
    """The usual voice for what was asked, at another rate, in more channels, in another order."""
    pcm = np.frombuffer(sound.spoken(asked.input or "", "pcm"), dtype="<i2")
    places = np.arange(0, len(pcm), sound.RATE / rate)
    samples = np.interp(places, np.arange(len(pcm)), pcm)
    return np.repeat(samples, channels).astype(order).tobytes()


def contained(pcm: bytes, container: str, codec: str, rate: int = sound.RATE) -> bytes:
    """The samples in a container of PyAV's."""
    file = io.BytesIO()
    with av.open(file, mode="w", format=container) as target:
        stream = target.add_stream(codec, rate=48_000 if codec == "libopus" else rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(pcm, dtype="<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = sound.RATE
        resampler = av.AudioResampler(
            format=stream.format.name, layout="mono", rate=stream.rate, frame_size=1024
        )
        for resampled in [*resampler.resample(frame), *resampler.resample(None)]:
            target.mux(stream.encode(resampled))
        target.mux(stream.encode(None))
    return file.getvalue()


def stereo_wav(asked: Request) -> bytes:
    """A WAV file of 44.1 kHz in two channels."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(2)
        target.setsampwidth(2)
        target.setframerate(44_100)
        target.writeframes(voice(asked, 44_100, 2))
    return file.getvalue()


def floats(asked: Request) -> bytes:
    """The usual voice as floats of 32 bits without a head."""
    return (np.frombuffer(voice(asked), dtype="<i2") / 32768).astype("<f4").tobytes()


def _sends(make_sound: Callable[[Request], bytes], media_type: str) -> TtsHabit:
    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        content = make_sound(asked)
        pieces = [content[at : at + 3001] for at in range(0, len(content), 3001)]
        return StreamingResponse(_each(pieces), headers={"content-type": media_type})

    return habit


def _refuses(field: str, *values: str, status: int = 400) -> TtsHabit:
    """Refuses a request that has this field, or one of these values in it."""

    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        given = json.loads(await request.body()).get(field)
        if given is None or (values and given not in values):
            return make()
        error = {"message": f"Unsupported value for {field}", "param": field, "code": None}
        return JSONResponse({"error": error}, status)

    return habit


def _events(*, after: bytes = b"", space: str = " ") -> TtsHabit:
    """A stream of events: half of the voice and then `after`, or all of it."""

    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        pcm = voice(asked)
        end = len(pcm) // 4 * 2 if after else len(pcm)
        pieces = [pcm[at : at + 4800] for at in range(0, end, 4800)]
        events = [
            f"data:{space}{json.dumps({'type': 'speech.audio.delta', 'audio': _text(each)})}\n\n"
            for each in pieces
        ]
        lines = [event.encode() for event in events]
        ending = [after] if after else [f'data:{space}{{"type":"speech.audio.done"}}\n\n'.encode()]
        return StreamingResponse(_each([*lines, *ending]), media_type="text/event-stream")

    return habit


async def _refuses_plainly(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Refuses pcm without a word about why, as a framework's validation of its own does."""
    return Response("Bad Request", 400) if asked.response_format == "pcm" else make()


async def _refuses_speed_plainly(request: HttpRequest, asked: Request, make: Make) -> Response:
    """The same of a request that says how fast."""
    return Response("Bad Request", 400) if asked.speed else make()


async def _endless(request: HttpRequest, asked: Request, make: Make) -> Response:
    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield voice(asked)
            await asyncio.sleep(0)  # lets a hang-up be seen

    return StreamingResponse(forever(), media_type="audio/pcm")


async def _each(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


ERROR_EVENT = b'data: {"error": {"message": "CUDA out of memory"}}\n\n'
HABITS: Mapping[str, TtsHabit] = {
    "html": _answers(HTML, "text/html"),
    "html_as_audio": _answers(HTML, "audio/pcm"),
    "json": _answers(json.dumps({"detail": "the model is being loaded"}), "application/json"),
    "json_as_audio": _answers(json.dumps({"error": {"message": "no"}}), "audio/pcm"),
    "text": _answers("Internal error", "text/plain"),
    "empty": _answers(b"", "audio/pcm"),
    "half_wav_head": _answers(b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
    "broken_mp3": _answers(b"ID3\x04\x00\x00" + bytes(4000), "audio/mpeg"),
    "pcm_16000": _sends(lambda asked: voice(asked, 16_000), "audio/pcm;rate=16000"),
    "pcm_stereo": _sends(
        lambda asked: voice(asked, 48_000, 2), "audio/pcm; rate=48000; channels=2"
    ),
    "l16_22050": _sends(lambda asked: voice(asked, 22_050, order=">i2"), "audio/L16;rate=22050"),
    "l16_little": _sends(lambda asked: voice(asked, 22_050), "audio/L16;rate=22050"),
    "pcm_as_html": _sends(voice, "text/html; charset=utf-8"),
    "wav_as_pcm": _sends(stereo_wav, "audio/pcm"),
    "wav_float": _sends(lambda asked: contained(voice(asked), "wav", "pcm_f32le"), "audio/wav"),
    "mp3_as_pcm": _sends(lambda asked: contained(voice(asked), "mp3", "mp3"), "audio/pcm"),
    "bare_mp3": _sends(lambda asked: sound.spoken(asked.input or "", "mp3"), "audio/pcm"),
    "ogg_as_octets": _sends(
        lambda asked: contained(voice(asked), "ogg", "libopus"), "application/octet-stream"
    ),
    "aiff": _sends(lambda asked: contained(voice(asked), "aiff", "pcm_s16be"), "audio/aiff"),
    "floats": _sends(floats, "audio/pcm;encoding=float"),
    "picture": _answers(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "audio/pcm"),
    "silence": _answers(bytes(48_000), "audio/pcm"),
    "flac": _sends(lambda asked: contained(voice(asked), "flac", "flac"), "audio/flac"),
    "events": _events(),
    "events_without_blank": _events(space=""),
    "events_with_error": _events(after=ERROR_EVENT),
    "events_broken": _events(after=b"data: {garbage\n\n"),
    "refuses_pcm": _refuses("response_format", "pcm"),
    "refuses_pcm_plainly": _refuses_plainly,
    "takes_mp3_alone": _refuses("response_format", "pcm", "wav", status=422),
    "refuses_formats": _refuses("response_format"),
    "refuses_voice": _refuses("voice", status=404),
    "refuses_stream_format": _refuses("stream_format"),
    "refuses_instructions": _refuses("instructions"),
    "refuses_speed": _refuses("speed"),
    "refuses_speed_plainly": _refuses_speed_plainly,
    "refuses_all": _answers(json.dumps({"detail": "no"}), "application/json", 400),
    "endless": _endless,
}
