"""Asks a server of OpenAI's API for the transcript of a recording, in a shape that it takes."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import openai
import structlog
from config.services import Service

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.learnt import Form, Learnt, of_service, true_or_false
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.transcripts import Transcript, read

log = structlog.get_logger(__name__)

MOST_BYTES = 1024 * 1024
"""Of an answer; the transcript of a minute with all its times has some 50 kB."""
WHOLE_SECONDS = 60.0
"""In which an answer has to be complete: one that drips in is none."""
KNOWN_SECONDS = 3600.0
HOPELESS_SECONDS = 60.0
"""For so long a server that refused every shape is asked in one alone."""

Field = str
"""What a request may do without: "verbose_json", "language", "response_format" or "model"."""
FIELDS: tuple[Field, ...] = ("verbose_json", "language", "response_format", "model")
NAMED: dict[Field, tuple[str, ...]] = {
    "verbose_json": ("response_format", "verbose_json", "response format", "verbose"),
    "response_format": ("response_format", "response format"),
    "language": ("language",),
    "model": ("model",),
}
"""What a refusal says of a field that it does not take."""
VARIED = {400, 406, 415, 422, 501}
VARIED_WHEN_NAMED = {404, 500}
"""Statuses of a refusal after which another shape is tried: always, or where it names a field."""

_refused: Learnt[Service, frozenset[Field]] = Learnt(
    KNOWN_SECONDS, form=Form("stt_refused", of_service, sorted, frozenset)
)
_hopeless: Learnt[Service, bool] = Learnt(HOPELESS_SECONDS, form=true_or_false("stt_hopeless"))


class _Refusal(Exception):
    """A request that the server did not take; `said` is its reason in lower case.

    `is_of_field` says that only what the refusal names may be left out: with its status, other
    causes are likelier than a field.
    """

    def __init__(self, error: ServiceError, said: str) -> None:
        super().__init__()
        self.error = error
        self.said = said
        self.is_of_field = error.status in VARIED_WHEN_NAMED


async def transcript_of(service: Service, wav: bytes, seconds: float, language: str) -> Transcript:
    """What the server recognises in a WAV recording of so many seconds; raises ServiceError.

    `language` is a code of ISO 639-1, "" where the server is to find out. What a server refuses is
    left out, and from then on for an hour.
    """
    without = _refused.get(service) or frozenset()
    try:
        return await _asked(service, wav, seconds, language, without)
    except _Refusal as refusal:
        if _hopeless.get(service):
            raise refusal.error from None
        return await _asked_otherwise(service, wav, seconds, language, without, refusal)


async def _asked_otherwise(
    service: Service,
    wav: bytes,
    seconds: float,
    language: str,
    without: frozenset[Field],
    refusal: _Refusal,
) -> Transcript:
    """The transcript by the first shape that the server takes; knows that shape from then on."""
    first = refusal.error
    tried = {without}
    used = _used(service, language)
    while (shape := _next(without, used, refusal, tried)) is not None:
        tried.add(shape)
        try:
            transcript = await _asked(service, wav, seconds, language, shape)
        except _Refusal as again:
            if _names_more(again.said, used - shape):
                without = shape
            again.is_of_field |= refusal.is_of_field
            refusal = again
            continue
        _refused.keep(service, shape)
        log.warning("stt_fields_refused", host=host_of(service), without=sorted(shape))
        return transcript
    _hopeless.keep(service, True)
    raise first


def _used(service: Service, language: str) -> frozenset[Field]:
    """What a request to the service has by itself, and might do without."""
    used = {"response_format", "model"}
    if language:
        used.add("language")
    if gives_numbers(service):
        used.add("verbose_json")
    return frozenset(used)


def _next(
    without: frozenset[Field],
    used: frozenset[Field],
    refusal: _Refusal,
    tried: set[frozenset[Field]],
) -> frozenset[Field] | None:
    """The shape to try next: without what the refusal names, then each alone, then all."""
    left = [field for field in FIELDS if field in used - without]
    named = [field for field in left if any(word in refusal.said for word in NAMED[field])]
    shapes = [without | {field} for field in named]
    if not refusal.is_of_field:
        shapes += [without | {field} for field in left]
        shapes += [without | (used - {"model"}), without | used]
    return next((shape for shape in shapes if shape not in tried), None)


def _names_more(said: str, left: frozenset[Field]) -> bool:
    return any(word in said for field in left for word in NAMED[field])


def gives_numbers(service: Service) -> bool:
    """Whether the model tells with `verbose_json` how sure it is: Whisper alone does."""
    return "whisper" in service.model.lower()


async def _asked(
    service: Service, wav: bytes, seconds: float, language: str, without: frozenset[Field]
) -> Transcript:
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            body, content_type = await _answer(service, wav, language, without)
        return read(body, content_type, seconds)
    except openai.APIStatusError as error:
        said = f"{error.message} {error.param or ''}".lower()
        found = service_error(error, host_of(service))
        if _may_vary(error.status_code, said):
            raise _Refusal(found, said) from None
        raise found from None
    except ServiceError as error:
        error.host = host_of(service)
        raise
    except Exception as error:
        found = service_error(error, host_of(service))
        found.retryable = found.retryable and found.reason != "slow"
        raise found from error


async def _answer(
    service: Service, wav: bytes, language: str, without: frozenset[Field]
) -> tuple[bytes, str]:
    """The body of the answer, and its Content-Type."""
    kind = "verbose_json" if gives_numbers(service) and "verbose_json" not in without else "json"
    request = client_of(service).audio.transcriptions.with_streaming_response.create(
        file=("file.wav", wav, "audio/wav"),
        model=openai.omit if "model" in without else service.model,  # type: ignore[arg-type]
        language=language if language and "language" not in without else openai.omit,
        response_format=openai.omit if "response_format" in without else kind,  # type: ignore[arg-type]
    )
    async with request as response:
        body = bytearray()
        async for piece in response.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise ServiceError("wrong_answer", field="length")
        return bytes(body), response.headers.get("content-type", "")


def _may_vary(status: int, said: str) -> bool:
    """Whether a request in another shape may be taken."""
    is_named = any(word in said for words in NAMED.values() for word in words)
    return status in VARIED or (status in VARIED_WHEN_NAMED and is_named)


def host_of(service: Service) -> str:
    """The name of the server's host."""
    return urlsplit(service.base_url).hostname or ""
