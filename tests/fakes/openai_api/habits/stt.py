"""Habits of servers that recognise speech."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from ..state import Request

Make = Callable[[], Response]
Habit = Callable[[HttpRequest, Request, Make], Awaitable[Response]]
PAGE = "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>"
SILENT_SEGMENT = {"no_speech_prob": 0.94, "avg_logprob": -1.4}
SEVERAL_SECONDS = 8.0


def _text(make: Make) -> str:
    """The words that the usual answer has."""
    body = bytes(make().body)
    try:
        return str(json.loads(body)["text"])
    except ValueError:
        return body.decode().strip()


def _as(shape: Callable[[str], Any]) -> Habit:
    """The words as JSON of this shape."""

    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        return JSONResponse(shape(_text(make)))

    return habit


def _always(answer: Callable[[], Response]) -> Habit:
    """This answer, whatever was said."""

    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        return answer()

    return habit


def _refuses(name: str, value: str | None = None, *, message: str, status: int = 400) -> Habit:
    """Takes no request that has this field, or this value in it."""

    async def habit(request: HttpRequest, asked: Request, make: Make) -> Response:
        sent = (await request.form()).get(name)
        if sent is None or value not in (None, sent):
            return make()
        return JSONResponse({"error": {"message": message, "type": "invalid"}}, status)

    return habit


def _events(text: str) -> Response:
    half = len(text) // 2
    events = [
        {"type": "transcript.text.delta", "delta": part} for part in (text[:half], text[half:])
    ]
    events.append({"type": "transcript.text.done", "text": text})
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return Response(body + "data: [DONE]\n\n", media_type="text/event-stream")


async def _plain(request: HttpRequest, asked: Request, make: Make) -> Response:
    return PlainTextResponse(_text(make) + "\n")


async def _streams(request: HttpRequest, asked: Request, make: Make) -> Response:
    return _events(_text(make))


async def _subtitles(request: HttpRequest, asked: Request, make: Make) -> Response:
    lines = f"1\n00:00:00,000 --> 00:00:02,000\n{_text(make)}\n"
    return PlainTextResponse(lines)


async def _halves(request: HttpRequest, asked: Request, make: Make) -> Response:
    return Response('{"text": "hello \\udc80 there"}', media_type="application/json")


async def _silence(request: HttpRequest, asked: Request, make: Make) -> Response:
    segments = [{"text": " Thank you.", **SILENT_SEGMENT}]
    return JSONResponse({"text": "Thank you.", "segments": segments})


async def _slowly(request: HttpRequest, asked: Request, make: Make) -> Response:
    await asyncio.sleep(SEVERAL_SECONDS)
    return make()


async def _endless_words(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Five megabytes of words for one utterance."""
    return Response(f'{{"text": "{"hello there " * 420_000}"}}', media_type="application/json")


async def _combining_marks(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Letters under more marks than any title has room for."""
    return Response(f'{{"text": "h{chr(0x301) * 5_000}i"}}', media_type="application/json")


async def _old_letters(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Letters as Windows used to write them, and nothing that says so."""
    return Response(f'{{"text": "{_text(make)} Größe."}}'.encode("cp1252"))


def _parts(text: str) -> list[dict[str, Any]]:
    """The words as two segments."""
    first, _, rest = text.partition(" ")
    return [{"id": 0, "text": f" {first}"}, {"id": 1, "text": f" {rest}"}]


HABITS: Mapping[str, Habit] = {
    "transcript": _as(lambda text: {"transcript": text}),
    "text_with_more": _as(lambda text: {"success": True, "text": text, "id": 7, "usage": None}),
    "result_with_text": _as(lambda text: {"result": {"text": text, "language": "en"}}),
    "results": _as(lambda text: {"results": [{"alternatives": [{"transcript": text}]}]}),
    "channels": _as(
        lambda text: {"results": {"channels": [{"alternatives": [{"transcript": text}]}]}}
    ),
    "list": _as(lambda text: [{"text": text}]),
    "string": _as(lambda text: text),
    "segments": _as(lambda text: {"segments": _parts(text)}),
    "empty_text_and_segments": _as(lambda text: {"text": "", "segments": _parts(text)}),
    "chunks": _as(lambda text: {"text": None, "chunks": _parts(text)}),
    "words": _as(lambda text: {"words": [{"word": word} for word in text.split()]}),
    "text_plain": _plain,
    "event_stream": _streams,
    "subtitles": _subtitles,
    "half_a_character": _halves,
    "endless_words": _endless_words,
    "combining_marks": _combining_marks,
    "whisper_is_sure_of_silence": _silence,
    "slow": _slowly,
    "web_page": _always(lambda: HTMLResponse(PAGE)),
    "web_page_as_json": _always(lambda: Response(PAGE, media_type="application/json")),
    "no_body": _always(lambda: Response(b"", media_type="application/json")),
    "json_without_words": _always(lambda: JSONResponse({"status": "ok"})),
    "null": _always(lambda: JSONResponse(None)),
    "cut_json": _always(lambda: Response(b'{"text": "hel', media_type="application/json")),
    "error_with_200": _always(
        lambda: JSONResponse({"error": {"message": "no", "code": "rate_limit_exceeded"}})
    ),
    "bytes": _always(lambda: Response(b"\x00\x01\xff\xfe" * 9, media_type="text/plain")),
    "error_as_words": _always(lambda: PlainTextResponse("Internal Server Error")),
    "markup": _always(lambda: Response("<r><text>hello</text></r>", media_type="text/xml")),
    "old_letters": _old_letters,
    "times_in_text": _as(lambda text: {"text": f"[00:00:00.000 --> 00:00:02.000]  {text}"}),
    "refuses_verbose_json": _refuses(
        "response_format", "verbose_json", message="response_format verbose_json unsupported"
    ),
    "refuses_response_format": _refuses(
        "response_format", message="unknown form field response_format", status=422
    ),
    "refuses_language": _refuses("language", message="unexpected field"),
    "refuses_model": _refuses("model", message="The model does not exist", status=404),
    "crashes_at_language": _refuses("language", message="Unsupported language: en", status=500),
}
"""How the words are told, what is told instead of them, and what a request may not have."""
