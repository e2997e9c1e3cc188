"""The stand-ins on one free port, in a thread of this process."""

from __future__ import annotations

import threading
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from support.ports import free_port
from support.waiting import until

from .anthropic import Anthropic
from .deepgram import Deepgram
from .elevenlabs import ElevenLabs
from .state import State


class ProvidersStandIn(State):
    """Running stand-ins: a context manager whose attributes are their controls."""

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self._server = uvicorn.Server(
            uvicorn.Config(
                _app(self),
                host="127.0.0.1",
                port=self.port,
                log_config=None,
                access_log=False,
                log_level="critical",
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ProvidersStandIn:
        self._thread.start()
        until(lambda: self._server.started, what="the stand-ins listen")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=20)


def _app(state: State) -> Starlette:
    deepgram, anthropic, labs = Deepgram(state), Anthropic(state), ElevenLabs(state)

    async def models(request: Request) -> Response:
        """Two providers have this path; their keys come in different headers."""
        is_labs = "xi-api-key" in request.headers
        return await (labs.models(request) if is_labs else anthropic.models(request))

    async def unknown(_request: Request) -> Response:
        return JSONResponse({"error": "unknown path"}, 404)

    return Starlette(
        routes=[
            WebSocketRoute("/v1/listen", deepgram.listen),
            WebSocketRoute("/v1/speak", deepgram.speak),
            Route("/v1/auth/token", deepgram.token),
            Route("/v1/messages", anthropic.messages, methods=["POST"]),
            Route("/v1/models", models),
            WebSocketRoute("/v1/text-to-speech/{voice}/multi-stream-input", labs.stream_input),
            Route("/{path:path}", unknown),
        ]
    )
