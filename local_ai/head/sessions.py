"""GET /v1/local, and the sessions that keep a slot: POST and DELETE /v1/local/sessions."""

import asyncio
import contextlib
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_ai.errors import ApiError
from local_ai.failures import Busy, ModelStopped
from local_ai.fields import json_fields
from local_ai.head.asked.messages import messages_of
from local_ai.head.asked.question import LONGEST_KEY
from local_ai.head.asked.tools import Tools, tools_of
from local_ai.head.head import Head
from local_ai.head.history import Spoken
from local_ai.head.reply import warming
from local_ai.head.slots import Slot
from local_ai.head.tools.protocol import as_written, told


class Warming:
    """What the model reads ahead for sessions that have just begun, one task a slot."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, slot: Slot, messages: Sequence[Spoken], tools: Tools | None) -> None:
        """Have the model read what the session's next question begins with; returns at once.

        A slot that answers is left alone: what it reads is newer.
        """
        is_reading = slot.number in self._tasks and not self._tasks[slot.number].done()
        if slot.is_at_work and not is_reading:
            return
        self.stop(slot)
        self._tasks[slot.number] = asyncio.create_task(self._read(slot, messages, tools))

    def stop(self, slot: Slot) -> None:
        """Have the model stop reading for this slot."""
        if task := self._tasks.get(slot.number):
            task.cancel()

    async def close(self) -> None:
        """Return when nothing is read any more."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _read(self, slot: Slot, messages: Sequence[Spoken], tools: Tools | None) -> None:
        process = self._head.process
        assert process is not None
        said = as_written(messages) if tools else messages
        with contextlib.suppress(ModelStopped, Busy, ApiError):
            request = warming(self._head, slot, said, told(tools) if tools else "")
            job = await slot.ask(process, request)
            async with contextlib.aclosing(process.pieces(job)) as pieces:
                async for _ in pieces:
                    pass


async def begin_session(request: Request) -> JSONResponse:
    """Who will answer the session: `model` when a slot is free, which is the session's now."""
    fields = await json_fields(request)
    key = fields.text("key", longest=LONGEST_KEY)
    messages = messages_of(fields) if "messages" in fields else ()
    tools = tools_of(fields)
    head: Head = request.app.state.head
    if not head.is_ready:
        head.slots.keep_scripted(key)
        return JSONResponse({"head": "script", "reason": head.status.reason or head.status.state})
    slot = head.slots.take(key)
    if slot is None:
        return JSONResponse({"head": "script", "reason": "no_free_slot"})
    request.app.state.warming.begin(slot, messages, tools)
    return JSONResponse({"head": "model", "reason": ""})


async def end_session(request: Request) -> Response:
    """204, whether or not the session had a slot."""
    head: Head = request.app.state.head
    if slot := head.slots.release(request.path_params["key"]):
        request.app.state.warming.stop(slot)
    return Response(status_code=204)


async def local_state(request: Request) -> JSONResponse:
    """What hears, speaks and answers here, and why it is not what one would expect."""
    state = request.app.state
    found = {"ears": state.recognisers, "voice": state.speaker}
    parts = {name: {"engine": part.engine, "reason": part.reason} for name, part in found.items()}
    return JSONResponse({**parts, "head": state.head.as_json()})
