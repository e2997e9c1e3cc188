"""Habits that servers of every kind have: they move, and they take their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response, StreamingResponse

from ..state import Kind, Request

EveryHabit = Callable[[HttpRequest, Request, Callable[[], Response]], Awaitable[Response]]
Make = Callable[[], Response]


async def moved_here(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Sends the request on within the host, as a server does that wants https or a slash."""
    if "moved" in request.query_params:
        return make()
    return RedirectResponse(f"{request.url.path}?moved=1", 301)


async def moved_away(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Sends the request on to another host; this machine has a second name for that."""
    return RedirectResponse(f"http://localhost:{request.url.port}{request.url.path}", 307)


async def circles(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Sends the request back to where it came from, for ever."""
    return RedirectResponse(request.url.path, 308)


def of(kind: Kind) -> Mapping[str, EveryHabit]:
    """Returns the habits of servers of one kind, by name."""
    habits: dict[str, EveryHabit] = {
        "moved_here": moved_here,
        "moved_away": moved_away,
        "circles": circles,
    }
    for seconds in (2, 8, 15):
        habits[f"takes_{seconds}s"] = partial(_takes, kind, seconds)
        habits[f"takes_{seconds}s_after_headers"] = partial(_takes_after_headers, seconds)
    return habits | ({"loads_after_role": loads_after_role} if kind == "llm" else {})


async def _takes(
    kind: Kind, seconds: float, request: HttpRequest, asked: Request, make: Make
) -> Response:
    """Loads a model before it answers, and stops loading when somebody hangs up, as Ollama does."""
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
        request.app.state.stand_in.note_hang_up(kind)
    except TimeoutError:
        pass
    return make()


async def _takes_after_headers(
    seconds: float, request: HttpRequest, asked: Request, make: Make
) -> Response:
    """Says at once that all is well, and loads its model then."""
    answer = make()

    async def late() -> AsyncIterator[bytes]:
        await asyncio.sleep(seconds)
        if not isinstance(answer, StreamingResponse):
            yield bytes(answer.body)
            return
        async for piece in answer.body_iterator:
            yield piece if isinstance(piece, bytes) else bytes(str(piece), "utf-8")

    return StreamingResponse(late(), media_type=answer.media_type)


async def loads_after_role(request: HttpRequest, asked: Request, make: Make) -> Response:
    """Streams the role of who answers at once, as LocalAI does, and loads its model then."""
    answer = make()
    assert isinstance(answer, StreamingResponse)

    async def late() -> AsyncIterator[bytes]:
        is_first = True
        async for piece in answer.body_iterator:
            yield piece if isinstance(piece, bytes) else bytes(str(piece), "utf-8")
            if is_first:
                await asyncio.sleep(2)
            is_first = False

    return StreamingResponse(late(), media_type=answer.media_type)
