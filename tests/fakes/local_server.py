"""A stand-in for local_ai: OpenAI's endpoints, and `/v1/local` with its sessions."""

from __future__ import annotations

import copy
import json
import threading
from types import TracebackType
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.ports import free_port
from support.waiting import until

from .openai_api.app import create_app
from .openai_api.state import State

READY: dict[str, Any] = {
    "ears": {"engine": "moonshine", "reason": ""},
    "voice": {"engine": "hibari", "reason": ""},
    "head": {
        "state": "ready",
        "reason": "",
        "model": "qwen2.5-coder-1.5b-instruct",
        "fetched_bytes": 1_117_320_768,
        "total_bytes": 1_117_320_768,
        "slots": 1,
        "free_slots": 1,
        "own_file": False,
    },
}
"""What `GET /v1/local` answers when ears, voice and head are at their best."""


class LocalStandIn(State):
    """A running stand-in at `base_url`, which ends in /v1; a context manager.

    `local` is what `GET /v1/local` answers, `head` what a session is told; None: no such routes, as
    in versions before them. `sessions` are the bodies that took a place, `left` the keys that gave
    theirs back, `bodies` those of the chat requests.
    """

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.local: dict[str, Any] | None = copy.deepcopy(READY)
        self.head: dict[str, str] | None = {"head": "model", "reason": ""}
        self.sessions: list[dict[str, Any]] = []
        self.left: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.asked = 0
        self.is_slow = False
        """Whether nobody gets an answer about the local voice."""
        self.stops: Literal["", "before", "midway"] = ""
        """When the model dies: before its first word, or after some."""
        app = _Chatting(_app(self), self)
        self._server = uvicorn.Server(
            uvicorn.Config(app, "127.0.0.1", self.port, log_config=None, lifespan="off")
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> LocalStandIn:
        self._thread.start()
        until(lambda: self._server.started, what="the local stand-in listens")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=20)


def _app(state: LocalStandIn) -> Starlette:
    async def local(request: Request) -> Response:
        state.asked += 1
        while state.is_slow and (await request.receive())["type"] != "http.disconnect":
            pass
        return JSONResponse(state.local) if state.local else Response(status_code=404)

    async def take(request: Request) -> Response:
        if state.head is None:
            return Response(status_code=404)
        state.sessions.append(await request.json())
        return JSONResponse(state.head)

    async def leave(request: Request) -> Response:
        state.left.append(request.path_params["key"])
        return Response(status_code=204)

    routes = [
        Route("/v1/local", local),
        Route("/v1/local/sessions", take, methods=["POST"]),
        Route("/v1/local/sessions/{key}", leave, methods=["DELETE"]),
        Mount("/", create_app(state)),
    ]
    return Starlette(routes=routes)


class _Chatting:
    """Keeps the bodies of chat requests on their way, and has the model die where that is set."""

    def __init__(self, app: ASGIApp, state: LocalStandIn) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") != "/v1/chat/completions":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        self._state.bodies.append(json.loads(body))
        if self._state.stops:
            answer = STOPPED[self._state.stops]
            await answer(scope, receive, send)
            return

        await self._app(scope, _replayed(body, receive), send)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already, and then what comes."""
    read: list[Message] = [{"type": "http.request", "body": body}]

    async def again() -> Message:
        return read.pop() if read else await receive()

    return again


_ERROR = {
    "error": {
        "message": "It ended.",
        "type": "server_error",
        "param": None,
        "code": "model_stopped",
    }
}
_BEGUN = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
_WORDS = "Let me think about that for a moment, because it is a good question. And"
_CHOICES = [{"index": 0, "delta": {"content": _WORDS}, "finish_reason": None}]
_EVENTS = [{**_BEGUN, "choices": _CHOICES}, _ERROR]
STOPPED = {
    "before": JSONResponse(_ERROR, 503),
    "midway": Response(
        "".join(f"data: {json.dumps(event)}\n\n" for event in _EVENTS),
        media_type="text/event-stream",
    ),
}
