"""POST /v1/audio/transcriptions and /v1/audio/translations: the words of a file of sound.

The ears know English only, so that a translation into English is the words of English speech.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from local_ai.audio import UndecodableAudio
from local_ai.ears.decoding import SUPPORTED, pcm_of
from local_ai.ears.realtime_settings import new_id
from local_ai.ears.recognition import SAMPLE_RATE, RecogniserPool
from local_ai.ears.transcripts import FORMATS, LANGUAGE, Segment, answer, events
from local_ai.ears.vad import Continued, SpeechDetector, Started, Stopped
from local_ai.errors import ApiError, invalid, missing
from local_ai.fields import Fields
from local_ai.guard import UPLOAD_LIMIT, too_large
from local_ai.streams import Streamed, begun, unless_gone

_PAUSE_MS = 600
_LONGEST_MS = 20_000
_ENGLISH = ("en", LANGUAGE)
_STREAMED = ("json", "text")


@dataclass
class Stretch:
    """One stretch of speech in the file, with its place in seconds."""

    start: float
    end: float
    pcm: bytearray


@dataclass(frozen=True)
class _Sound:
    """A file's length in seconds, and its stretches of speech."""

    duration: float
    stretches: list[Stretch]


async def create_transcription(request: Request) -> Response:
    """The transcript in the format asked for; with `stream` as OpenAI's transcript.text events."""
    data, fields = await _upload(request)
    kind = fields.choice("response_format", FORMATS, default="json")
    is_streamed = fields.boolean("stream")
    _refuse_untold(fields, kind, is_streamed)
    sound = await _cut(request, data)
    segments = _recognise(request.app.state.recognisers, sound.stretches)
    if is_streamed:
        return Streamed(events(sound.duration, await begun(request, segments)))
    return answer(kind, "transcribe", sound.duration, await unless_gone(request, _all(segments)))


async def create_translation(request: Request) -> Response:
    """The English words of English speech; 400 for speech in which no English is heard."""
    data, fields = await _upload(request)
    kind = fields.choice("response_format", FORMATS, default="json")
    sound = await _cut(request, data)
    found = _recognise(request.app.state.recognisers, sound.stretches)
    segments = await unless_gone(request, _all(found))
    if sound.stretches and not segments:
        message = (
            "No English was heard in the file. The ears of this server understand English only, "
            "and cannot translate other languages."
        )
        raise invalid("file", message, "unsupported_language")
    return answer(kind, "translate", sound.duration, segments)


async def _upload(request: Request) -> tuple[bytes, Fields]:
    """The file's bytes, and the other fields of the form; of one given twice, all values."""
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
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    fields = Fields(texts | {name: form.getlist(name) for name in form if name.endswith("[]")})
    fields.text("model")
    _refuse_other_languages(fields)
    return data, fields


def _refuse_other_languages(fields: Fields) -> None:
    for name in ("language", "languages"):
        wanted = _listed(fields, name)
        if wanted and not any(map(_is_english, wanted)):
            message = (
                f"The ears of this server understand English only, not '{wanted[0]}'. "
                f"Leave out '{name}', or use 'en'."
            )
            raise invalid(name, message, "unsupported_language")


def _is_english(language: str) -> bool:
    return language.lower().split("-")[0].split("_")[0] in _ENGLISH


def _listed(fields: Fields, name: str) -> list[str]:
    """What a form has in a field that may be given several times, with brackets or without."""
    single = fields.given(name)
    return [*fields.given(f"{name}[]", []), *([single] if single else [])]


def _refuse_untold(fields: Fields, kind: str, is_streamed: bool) -> None:
    """400 for what OpenAI's models tell beside the words and these ears do not know."""
    if is_streamed and kind not in _STREAMED:
        message = f"A stream has OpenAI's events: with 'stream' there is no '{kind}'."
        raise invalid("response_format", message, "unsupported_value")
    for name in ("known_speaker_names", "known_speaker_references"):
        if _listed(fields, name):
            message = f"'{name}' is not supported: these ears do not tell who is speaking."
            raise invalid(name, message, "unsupported_parameter")
    if "word" in _listed(fields, "timestamp_granularities"):
        message = (
            "The ears of this server know where each stretch of speech is, not each word: only "
            "'segment' is supported."
        )
        raise invalid("timestamp_granularities", message, "unsupported_value")
    if "logprobs" in _listed(fields, "include"):
        message = (
            "The ears of this server have no log probability of each token. 'verbose_json' tells "
            "the mean of each segment."
        )
        raise invalid("include", message, "unsupported_value")


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


async def _cut(request: Request, data: bytes) -> _Sound:
    """What is in the file; raises EngineMissing where nothing can hear it, and ApiError."""
    request.app.state.recognisers.require()
    try:
        return await asyncio.to_thread(_cut_file, data)
    except UndecodableAudio as error:
        formats = ", ".join(SUPPORTED)
        message = f"The audio file could not be decoded: {error}. Supported formats: {formats}."
        raise invalid("file", message, "invalid_audio") from None


def _cut_file(data: bytes) -> _Sound:
    pcm = pcm_of(data, SAMPLE_RATE)
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
    return _Sound(len(pcm) / 2 / SAMPLE_RATE, stretches)


async def _all(segments: AsyncGenerator[Segment]) -> list[Segment]:
    return [segment async for segment in segments]


async def _recognise(pool: RecogniserPool, stretches: list[Stretch]) -> AsyncGenerator[Segment]:
    cmn: str | None = None
    owner = new_id("file")
    for stretch in stretches:
        utterance = pool.open(cmn=cmn, owner=owner)
        utterance.feed(bytes(stretch.pcm))
        recognised = await utterance.finish()
        cmn = recognised.cmn
        if recognised.text:
            yield Segment(stretch.start, stretch.end, recognised.text, recognised.logprob)
