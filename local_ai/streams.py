"""Answers in pieces, and work that ends as soon as nobody waits for its answer any more."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from local_ai.errors import as_api_error

T = TypeVar("T")
EVENTS = "text/event-stream"
STILL_THERE = ": still there\n\n"
_SILENT_SECONDS = 2.0


class Streamed(StreamingResponse):
    """Pieces whose maker ends with the connection, so that nothing is made for nobody."""

    def __init__(
        self,
        pieces: AsyncGenerator[Any],
        media_type: str = EVENTS,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(pieces, media_type=media_type)
        self._pieces = pieces
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._pieces.aclose()
            self._on_end()


async def kept_alive(pieces: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """The events, and a comment of server-sent events whenever the next one takes a while.

    A model reads for longer than clients and what is between them wait for a byte.
    """
    async with aclosing(pieces):
        while True:
            waiting = asyncio.create_task(_next(pieces))
            try:
                while not waiting.done():
                    await asyncio.wait({waiting}, timeout=_SILENT_SECONDS)
                    if not waiting.done():
                        yield STILL_THERE
                piece = waiting.result()
            finally:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
            if piece is None:
                return
            yield piece


async def _next(pieces: AsyncGenerator[str]) -> str | None:
    """The next piece, None when there is none."""
    return await anext(pieces, None)


def event(data: Mapping[str, Any]) -> str:
    """Returns one server-sent event without a name."""
    return f"data: {json.dumps(data)}\n\n"


def failed(error: Exception) -> str:
    """Returns the event that ends a stream which fails in the middle: OpenAI's error object."""
    return event({"error": as_api_error(error).body})


async def begun(request: Request, pieces: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Returns the pieces when the first is there: a failure before it still gets its status."""
    first = await unless_gone(request, _first(pieces))
    return _from(first, pieces)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Returns the result of the work, which is cancelled as soon as the client hangs up.

    Raises ClientDisconnect then.
    """
    answering = asyncio.create_task(work)
    hearing = asyncio.create_task(_hung_up(request))
    try:
        await asyncio.wait({answering, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            return answering.result()
        raise ClientDisconnect
    finally:
        for task in (answering, hearing):
            task.cancel()
        await asyncio.gather(answering, hearing, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _first(pieces: AsyncGenerator[T]) -> list[T]:
    """The first piece; none when there is none."""
    async for piece in pieces:
        return [piece]
    return []


async def _from(first: list[T], pieces: AsyncGenerator[T]) -> AsyncGenerator[T]:
    async with aclosing(pieces):
        for piece in first:
            yield piece
        async for piece in pieces:
            yield piece
