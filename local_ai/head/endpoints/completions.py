"""POST /v1/chat/completions: a reply, whole or word by word."""

from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_ai.fields import json_fields
from local_ai.head.answering import reply_to
from local_ai.head.asked.question import Question, question_of
from local_ai.head.endpoints.completion import events, whole
from local_ai.head.head import Head
from local_ai.head.reply import Reply
from local_ai.head.slots import Slot
from local_ai.streams import Streamed, kept_alive, unless_gone


class Shape(Protocol):
    """How a reply is told."""

    def whole(self, reply: Reply) -> Coroutine[Any, Any, dict[str, Any]]:
        """Returns the reply as one object, when it is over."""
        ...

    def events(self, reply: Reply) -> AsyncGenerator[str]:
        """The reply as server-sent events."""
        ...


@dataclass(frozen=True)
class _Completion:
    has_usage: bool

    async def whole(self, reply: Reply) -> dict[str, Any]:
        return await whole(reply)

    def events(self, reply: Reply) -> AsyncGenerator[str]:
        return events(reply, self.has_usage)


async def create_completion(request: Request) -> Response:
    """The reply, streamed as server-sent events when `stream` is true."""
    question = question_of(await json_fields(request))
    return await answered(request, question, _Completion(question.has_usage))


async def answered(request: Request, question: Question, shape: Shape) -> Response:
    """The reply to a question, told in that shape."""
    head: Head = request.app.state.head
    slot = head.slots.for_question(question.key) if head.is_ready else None
    try:
        return await _told(request, question, slot, shape)
    except BaseException:
        head.slots.give_back(slot)
        raise


async def _told(request: Request, question: Question, slot: Slot | None, shape: Shape) -> Response:
    """The response; the slot is given back when all of it is sent."""
    head: Head = request.app.state.head
    reply = reply_to(question, head, slot)
    if question.is_streamed:
        pieces = kept_alive(shape.events(reply))
        return Streamed(pieces, on_end=lambda: head.slots.give_back(slot))
    answer = await unless_gone(request, shape.whole(reply))
    head.slots.give_back(slot)
    return JSONResponse(answer)
