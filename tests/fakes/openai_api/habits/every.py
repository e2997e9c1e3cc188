"""Habits that servers of every kind have: they move, and they take their time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
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
        habits[f"loads_{seconds}s"] = partial(_loads, kind, seconds)
        habits[f"takes_{seconds}s"] = partial(_takes, seconds)
        habits[f"takes_{seconds}s_after_headers"] = partial(_takes_after_headers, seconds)
    return habits | ({"loads_after_role": loads_after_role} if kind == "llm" else {})


@dataclass
class _Loading:
    """A model that is being loaded: since when, and for how many who wait."""

    since: float | None = None
    waiting: int = 0


async def _loads(
    kind: Kind, seconds: float, request: HttpRequest, asked: Request, make: Make
) -> Response:
    """Loads a model once, for as long as somebody waits; who hangs up as the last ends that.

    So does Ollama. Once it is loaded, everybody is answered at once.
    """
    loading: _Loading = request.app.state.loadings.setdefault(kind, _Loading())
    loading.since = loading.since or time.monotonic()
    loading.waiting += 1
    has_hung_up = await _hung_up(request, loading.since + seconds - time.monotonic())
    loading.waiting -= 1
    if has_hung_up and not loading.waiting:
        loading.since = None
    return make()


async def _takes(seconds: float, request: HttpRequest, asked: Request, make: Make) -> Response:
    """Takes so long for each answer, as a large model does on a small computer."""
    await _hung_up(request, seconds)
    return make()


async def _hung_up(request: HttpRequest, seconds: float) -> bool:
    """Waits, and tells whether whoever asked has hung up meanwhile."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


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
