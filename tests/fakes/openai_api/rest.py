"""The REST endpoints: transcriptions, chat completions, speech and models."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import time
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from . import errors, sound
from .calls import called
from .habits import HABITS
from .state import SLOW_SECONDS, FaultName, Kind, Request, State

MODELS = ("gpt-4o-mini", "gpt-4o-mini-transcribe", "gpt-4o-mini-tts", "whisper-1", "tts-1")
CHAT_FIELDS = ("model", "messages", "stream", "temperature", "tools")
GARBAGE = b"<html><body>\xff\xfe upstream connect error</body></html>"
SOUND_CHUNK = 4800

Handler = Callable[[HttpRequest], Awaitable[Response]]


class Dropped(Exception):
    """Breaks a connection off in the middle of an answer."""


class Rest:
    """The endpoints, answering from one state."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def models(self, request: HttpRequest) -> Response:
        self._state.record(self._asked(request))
        if refused := self._refused_key(request):
            return refused
        data = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "openai"}
            for name in MODELS
        ]
        return JSONResponse({"object": "list", "data": data})

    async def transcriptions(self, request: HttpRequest) -> Response:
        form = await request.form()
        due = self._due(self._state.delays.stt)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form.get("file")
        content = await file.read() if isinstance(file, UploadFile) else None
        asked = self._asked(
            request,
            **_only(fields, "model", "prompt", "response_format", "language"),
            stream=fields.get("stream") == "true",
            audio_seconds=_wav_seconds(content),
        )
        self._state.record(asked)
        if content is None or not (asked.model or not self._state.needs_model):
            return errors.missing("file" if content is None else "model")
        if asked.audio_seconds is None:
            return errors.invalid("Audio file might be corrupted or unsupported", "file")
        return await self._answer("stt", request, asked, due, lambda: self._transcription(asked))

    async def completions(self, request: HttpRequest) -> Response:
        due = self._due(self._state.delays.llm_first_token)
        body = await _json(request)
        asked = self._asked(request, **_only(body, *CHAT_FIELDS))
        self._state.record(asked)
        if not asked.model or not asked.messages:
            return errors.missing("messages" if asked.model else "model")
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        make = partial(self._completion, asked, usage)
        return await self._answer("llm", request, asked, due, make)

    async def speech(self, request: HttpRequest) -> Response:
        due = self._due(self._state.delays.tts_first_byte)
        body = await _json(request)
        fields = _only(body, "model", "input", "voice", "response_format", "speed")
        asked = self._asked(request, **{"response_format": "mp3", **fields})
        self._state.record(asked)
        for name in ("model", "input", "voice") if self._state.needs_voice else ("model", "input"):
            if not fields.get(name):
                return errors.missing(name)
        if asked.response_format not in sound.CONTENT_TYPES:
            return errors.invalid("Unsupported response_format", "response_format")
        as_events = body.get("stream_format") == "sse"
        make = partial(self._speech, asked, as_events)
        return await self._answer("tts", request, asked, due, make)

    async def _answer(
        self,
        kind: Kind,
        request: HttpRequest,
        asked: Request,
        due: float,
        make: Callable[[], Response],
    ) -> Response:
        if refused := self._refused_key(request):
            return refused
        fault = self._state.take_fault(kind, asked=asked)
        if fault in errors.REFUSALS:
            return errors.refusal(fault)
        if fault == "hang":
            await _until_hung_up(request)
        habit = self._state.take_habit(kind)
        answer = await HABITS[kind][habit](request, asked, make) if habit else make()
        extra = SLOW_SECONDS if fault == "slow_5s" else 0
        if await self._is_left(kind, request, due + extra):
            self._state.left_waiting(kind)
        return _spoilt(answer, fault)

    async def _is_left(self, kind: Kind, request: HttpRequest, until: float) -> bool:
        """Whether somebody hangs up before that moment of the monotonic clock."""
        self._state.begins(kind)
        try:
            while (left := until - time.monotonic()) > 0:
                if await request.is_disconnected():
                    return True
                await asyncio.sleep(min(left, 0.02))
            return await request.is_disconnected()
        finally:
            self._state.ends(kind)

    def _transcription(self, asked: Request) -> Response:
        text = self._state.next_transcript()
        if asked.response_format == "text":
            return PlainTextResponse(text + "\n")
        if asked.response_format == "verbose_json":
            verbose = {"task": "transcribe", "language": "english", "duration": asked.audio_seconds}
            return JSONResponse({**verbose, "text": text, "segments": []})
        usage = {
            "type": "tokens",
            "input_tokens": round((asked.audio_seconds or 0) * 10),
            "input_token_details": {"text_tokens": 0, "audio_tokens": 10},
            "output_tokens": len(text.split()),
            "total_tokens": 10 + len(text.split()),
        }
        return JSONResponse({"text": text, "usage": usage})

    def _completion(self, asked: Request, usage: bool) -> Response:
        if calls := asked.tools and self._state.next_calls():
            return called(calls, streams=bool(asked.stream))
        messages = asked.messages or []
        text = self._state.reply_to(_last_words(messages), _last_words(messages, "tool"))
        counts = {
            "prompt_tokens": sum(len(str(m).split()) for m in messages),
            "completion_tokens": len(text.split()),
            "total_tokens": len(text.split()),
        }
        head = {"id": "chatcmpl-stand-in", "created": int(time.time()), "model": asked.model}
        if asked.stream:
            events = self._tokens(head, text, counts if usage else None)
            return StreamingResponse(events, media_type="text/event-stream")
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return JSONResponse(
            {**head, "object": "chat.completion", "choices": [choice], "usage": counts}
        )

    async def _tokens(
        self, head: dict[str, Any], text: str, usage: dict[str, int] | None
    ) -> AsyncIterator[bytes]:
        head = {**head, "object": "chat.completion.chunk"}

        def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return _event({**head, "choices": [choice]})

        yield chunk({"role": "assistant", "content": ""})
        for index, word in enumerate(text.split(" ")):
            if index:
                await asyncio.sleep(self._state.delays.llm_word)
            yield chunk({"content": f" {word}" if index else word})
        yield chunk({}, "stop")
        if usage:
            yield _event({**head, "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    def _speech(self, asked: Request, as_events: bool) -> Response:
        response_format = asked.response_format or "mp3"
        seconds = self._state.tone_seconds
        audio = (
            sound.steady(seconds, response_format)
            if seconds
            else sound.spoken(asked.input or "", response_format)
        )
        pieces = [audio[at : at + SOUND_CHUNK] for at in range(0, len(audio), SOUND_CHUNK)]
        if not as_events:
            media_type = sound.CONTENT_TYPES[response_format]
            return StreamingResponse(_each(pieces), media_type=media_type)
        events = [
            _event({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})
            for piece in pieces
        ]
        words = len((asked.input or "").split())
        usage = {"input_tokens": words, "output_tokens": words, "total_tokens": 2 * words}
        events.append(_event({"type": "speech.audio.done", "usage": usage}))
        return StreamingResponse(_each(events), media_type="text/event-stream")

    def _asked(self, request: HttpRequest, **fields: Any) -> Request:
        authorization = request.headers.get("authorization")
        return Request(request.method, request.url.path, authorization, **fields)

    def _refused_key(self, request: HttpRequest) -> Response | None:
        key = key_of(request.headers.get("authorization"))
        if not key or self._state.accepted_key not in (None, key):
            return errors.refusal("refuse_401")
        return None

    @staticmethod
    def _due(delay: float) -> float:
        return time.monotonic() + delay


def key_of(authorization: str | None) -> str:
    """The key in a bearer header, empty when there is none."""
    scheme, _, key = (authorization or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _spoilt(answer: Response, fault: FaultName) -> Response:
    if fault == "garbage":
        media_type = answer.media_type
        if media_type == "text/event-stream":
            return StreamingResponse(_each([b"data: {garbage\n\n"] * 3), media_type=media_type)
        return Response(GARBAGE, media_type=media_type)
    if fault == "drop_mid_stream":
        return StreamingResponse(_half(answer), media_type=answer.media_type)
    return answer


async def _until_hung_up(request: HttpRequest) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _half(answer: Response) -> AsyncIterator[bytes]:
    pieces = (
        [bytes(piece) async for piece in answer.body_iterator if not isinstance(piece, str)]
        if isinstance(answer, StreamingResponse)
        else [bytes(answer.body[:1]), b""]
    )
    for piece in pieces[: max(1, len(pieces) // 2)]:
        yield piece
    await asyncio.sleep(0.02)
    raise Dropped


async def _each(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _event(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _only(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _last_words(messages: list[dict[str, Any]], role: str = "user") -> str:
    for message in reversed(messages):
        if message.get("role") == role:
            return _text(message.get("content"))
    return ""


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content or "")


def _wav_seconds(content: bytes | None) -> float | None:
    try:
        with wave.open(io.BytesIO(content or b"")) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
