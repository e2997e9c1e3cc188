"""Habits of servers that recognise speech."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from ..state import Request


async def lone_half(_http: HttpRequest, _asked: Request, _make: Callable[[], Response]) -> Response:
    """Words with half of a character, as JSON can spell it and nobody can encode it."""
    return Response('{"text": "hello \\udc80 there"}', media_type="application/json")


async def endless_words(
    _http: HttpRequest, _asked: Request, _make: Callable[[], Response]
) -> Response:
    """Five megabytes of words for one utterance."""
    return Response(f'{{"text": "{"hello there " * 420_000}"}}', media_type="application/json")


async def combining_marks(
    _http: HttpRequest, _asked: Request, _make: Callable[[], Response]
) -> Response:
    """Letters under more marks than any title has room for."""
    return Response(f'{{"text": "h{chr(0x301) * 5_000}i"}}', media_type="application/json")


HABITS: Mapping[str, Callable[[HttpRequest, Request, Callable[[], Response]], Awaitable[Response]]]
HABITS = {
    "lone_half": lone_half,
    "endless_words": endless_words,
    "combining_marks": combining_marks,
}
