"""POST /v1/chat/completions: a reply, whole or word by word."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from local_ai.fields import json_fields
from local_ai.head.answering import reply_to
from local_ai.head.completion import events, whole
from local_ai.head.head import Head
from local_ai.head.question import Question, question_of
from local_ai.head.slots import Slot

T = TypeVar("T")


async def create_completion(request: Request) -> Response:
    """The reply, streamed as server-sent events when `stream` is true."""
    question = question_of(await json_fields(request))
    head: Head = request.app.state.head
    slot = head.slots.for_question(question.key) if head.is_ready else None
    try:
        return await _answered(request, question, slot)
    except BaseException:
        head.slots.give_back(slot)
        raise


async def _answered(request: Request, question: Question, slot: Slot | None) -> Response:
    """The response; the slot is given back when all of it is sent."""
    head: Head = request.app.state.head
    reply = reply_to(question, head, slot)
    if question.is_streamed:
        streamed = events(reply, question.has_usage)
        return _Streamed(streamed, lambda: head.slots.give_back(slot))
    answer = await _unless_gone(request, whole(reply))
    head.slots.give_back(slot)
    return JSONResponse(answer)


class _Streamed(StreamingResponse):
    """Events whose maker ends with the connection, so that nothing is said to nobody."""

    def __init__(self, streamed: AsyncGenerator[str], on_end: Callable[[], None]) -> None:
        super().__init__(streamed, media_type="text/event-stream")
        self._streamed = streamed
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._streamed.aclose()
            self._on_end()


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work, which is cancelled as soon as the client hangs up."""
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
