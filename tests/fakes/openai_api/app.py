"""The stand-in as an ASGI application, with its controls beside OpenAI's paths."""

from __future__ import annotations

import json
from dataclasses import replace

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from . import errors
from .realtime import realtime
from .rest import Rest
from .state import State


def create_app(state: State) -> Starlette:
    """OpenAI's endpoints under /v1; GET and DELETE /requests; POST /faults, /habits and /script."""
    rest, control = Rest(state), _Control(state)

    async def transcribe(websocket: WebSocket) -> None:
        await realtime(websocket, state)

    routes = [
        Route("/v1/models", rest.models),
        Route("/v1/audio/transcriptions", rest.transcriptions, methods=["POST"]),
        Route("/v1/chat/completions", rest.completions, methods=["POST"]),
        Route("/v1/audio/speech", rest.speech, methods=["POST"]),
        WebSocketRoute("/v1/realtime", transcribe),
        Route("/requests", control.requests),
        Route("/requests", control.forget, methods=["DELETE"]),
        Route("/faults", control.faults, methods=["POST"]),
        Route("/habits", control.habits, methods=["POST"]),
        Route("/script", control.script, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _not_found})
    app.state.stand_in = state
    app.state.loadings = {}
    return app


class _Control:
    """What a test in another process switches and reads."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def requests(self, request: HttpRequest) -> Response:
        return JSONResponse(self._state.as_json())

    async def forget(self, request: HttpRequest) -> Response:
        self._state.clear()
        return JSONResponse({})

    async def faults(self, request: HttpRequest) -> Response:
        """{"kind": "stt", "fault": "limit_429", "times": 2}; without times it stays."""
        asked = json.loads(await request.body())
        try:
            self._state.set_fault(asked["kind"], asked["fault"], asked.get("times"))
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({})

    async def habits(self, request: HttpRequest) -> Response:
        """{"kind": "llm", "habit": "reasoning_only", "times": 2}; without times it stays."""
        asked = json.loads(await request.body())
        self._state.set_habit(asked["kind"], asked["habit"], asked.get("times"))
        return JSONResponse({})

    async def script(self, request: HttpRequest) -> Response:
        """Any of transcript, transcripts, reply, tone_seconds, realtime, realtime_habit,
        accepted_key, delays.
        """
        asked = json.loads(await request.body())
        self._state.queue_transcripts(*asked.pop("transcripts", ()))
        self._state.delays = replace(self._state.delays, **asked.pop("delays", {}))
        names = ("transcript", "reply", "tone_seconds", "realtime", "realtime_habit")
        for name in (*names, "accepted_key"):
            if name in asked:
                setattr(self._state, name, asked.pop(name))
        return JSONResponse({"unknown": sorted(asked)}, 400 if asked else 200)


async def _not_found(request: HttpRequest, error: Exception) -> Response:
    return errors.unknown_path(request.method, request.url.path)
