"""POST /v1/audio/transcriptions: the words of a WAV file."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from local_ai.audio import UndecodableAudio, read_wav, to_pcm16
from local_ai.ears.realtime_settings import new_id
from local_ai.ears.recognition import SAMPLE_RATE, RecogniserPool
from local_ai.ears.vad import Continued, SpeechDetector, Started, Stopped
from local_ai.errors import ApiError, invalid, missing
from local_ai.fields import Fields
from local_ai.guard import UPLOAD_LIMIT, too_large

LANGUAGE = "english"
_FORMATS = ("json", "text", "verbose_json", "srt", "vtt")
_PAUSE_MS = 600
_LONGEST_MS = 20_000


@dataclass
class Stretch:
    """One stretch of speech in the file, with its place in seconds."""

    start: float
    end: float
    pcm: bytearray


@dataclass(frozen=True)
class Segment:
    """The words of one stretch."""

    start: float
    end: float
    text: str


async def create_transcription(request: Request) -> Response:
    """The transcript in the format asked for; with `stream` as OpenAI's transcript.text events."""
    form = await _form(request)
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise missing("file")
        data = await upload.read()
    finally:
        await form.close()
    if len(data) > UPLOAD_LIMIT:
        raise too_large(UPLOAD_LIMIT)
    fields = Fields({name: value for name, value in form.items() if isinstance(value, str)})
    fields.text("model")
    kind = fields.choice("response_format", _FORMATS, default="json")
    streamed = fields.boolean("stream")

    request.app.state.recognisers.require()
    duration, stretches = await _cut(data)
    segments = _recognise(request.app.state.recognisers, stretches)
    if streamed:
        return StreamingResponse(_events(segments), media_type="text/event-stream")
    return _answer(kind, duration, [segment async for segment in segments])


async def _form(request: Request) -> FormData:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "multipart/form-data":
        message = f"Unsupported content type: '{kind}'. Use 'multipart/form-data'."
        raise ApiError(415, message, code="unsupported_content_type")
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=50)
    parser.spool_max_size = UPLOAD_LIMIT * 2  # a person's voice never touches the disk
    try:
        return await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        message = "We could not parse the multipart body of your request."
        raise ApiError(400, message, code="invalid_multipart") from None


async def _cut(data: bytes) -> tuple[float, list[Stretch]]:
    """The length of the file in seconds and its stretches of speech."""
    try:
        return await asyncio.to_thread(_cut_file, data)
    except UndecodableAudio as error:
        message = f"The audio file could not be decoded: {error}. Supported format: wav."
        raise invalid("file", message, "invalid_audio") from None


def _cut_file(data: bytes) -> tuple[float, list[Stretch]]:
    pcm = to_pcm16(read_wav(data, SAMPLE_RATE))
    detector = SpeechDetector(silence_ms=_PAUSE_MS, longest_ms=_LONGEST_MS)
    stretches: list[Stretch] = []
    for happening in (*detector.push(pcm), *detector.stop()):
        match happening:
            case Started(at_ms, run_up):
                stretches.append(Stretch(at_ms / 1000, at_ms / 1000, bytearray(run_up)))
            case Continued(more):
                stretches[-1].pcm += more
            case Stopped(at_ms):
                stretches[-1].end = at_ms / 1000
    return len(pcm) / 2 / SAMPLE_RATE, stretches


async def _recognise(pool: RecogniserPool, stretches: list[Stretch]) -> AsyncIterator[Segment]:
    cmn: str | None = None
    owner = new_id("file")
    for stretch in stretches:
        utterance = pool.open(cmn=cmn, owner=owner)
        utterance.feed(bytes(stretch.pcm))
        recognised = await utterance.finish()
        cmn = recognised.cmn
        if recognised.text:
            yield Segment(stretch.start, stretch.end, recognised.text)


def _answer(kind: str, duration: float, segments: list[Segment]) -> Response:
    text = " ".join(segment.text for segment in segments)
    if kind == "text":
        return PlainTextResponse(f"{text}\n")
    if kind in ("srt", "vtt"):
        return PlainTextResponse(_subtitles(kind, segments))
    usage = {"type": "duration", "seconds": round(duration, 2)}
    if kind == "json":
        return JSONResponse({"text": text, "usage": usage})
    return JSONResponse(
        {
            "task": "transcribe",
            "language": LANGUAGE,
            "duration": round(duration, 2),
            "text": text,
            "segments": [_verbose(number, segment) for number, segment in enumerate(segments)],
            "usage": usage,
        }
    )


def _subtitles(kind: str, segments: list[Segment]) -> str:
    """The segments as SubRip, numbered and with commas in times, or as WebVTT."""
    point = "," if kind == "srt" else "."
    entries = []
    for number, segment in enumerate(segments, 1):
        times = f"{_clock(segment.start, point)} --> {_clock(segment.end, point)}"
        lead = f"{number}\n" if kind == "srt" else ""
        entries.append(f"{lead}{times}\n{segment.text}\n\n")
    return ("WEBVTT\n\n" if kind == "vtt" else "") + "".join(entries)


def _clock(seconds: float, point: str) -> str:
    """Hours, minutes, seconds and milliseconds of a place in the file."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}{point}{milliseconds:03}"


def _verbose(number: int, segment: Segment) -> dict[str, Any]:
    unknown = {"temperature": 0.0, "avg_logprob": 0.0, "compression_ratio": 1.0}
    return {
        "id": number,
        "seek": 0,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "no_speech_prob": 0.0,
        **unknown,
    }


async def _events(segments: AsyncIterator[Segment]) -> AsyncIterator[str]:
    words: list[str] = []
    async for segment in segments:
        lead = " " if words else ""
        words.append(segment.text)
        yield _event({"type": "transcript.text.delta", "delta": lead + segment.text})
    yield _event({"type": "transcript.text.done", "text": " ".join(words)})


def _event(data: dict[str, object]) -> str:
    return f"data: {json.dumps(data)}\n\n"
