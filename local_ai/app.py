"""The server as an ASGI application: routes, and the worker processes around their lifetime."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from local_ai.ears.realtime import transcribe
from local_ai.ears.recognition import RecogniserPool
from local_ai.ears.transcriptions import create_transcription, create_translation
from local_ai.errors import HANDLERS
from local_ai.guard import Guard
from local_ai.head.endpoints.completions import create_completion
from local_ai.head.endpoints.responses import create_response
from local_ai.head.head import Head
from local_ai.head.sessions import Warming, begin_session, end_session, local_state
from local_ai.models import get_model, list_models, refuse_embeddings
from local_ai.settings import Settings, read
from local_ai.voice.speech import create_speech
from local_ai.voice.synthesis import Speaker

ROUTES = [
    Route("/v1/models", list_models),
    Route("/v1/models/{model:path}", get_model),
    Route("/v1/audio/transcriptions", create_transcription, methods=["POST"]),
    Route("/v1/audio/translations", create_translation, methods=["POST"]),
    Route("/v1/audio/speech", create_speech, methods=["POST"]),
    Route("/v1/chat/completions", create_completion, methods=["POST"]),
    Route("/v1/responses", create_response, methods=["POST"]),
    Route("/v1/embeddings", refuse_embeddings, methods=["POST"]),
    Route("/v1/local", local_state),
    Route("/v1/local/sessions", begin_session, methods=["POST"]),
    Route("/v1/local/sessions/{key:path}", end_session, methods=["DELETE"]),
    WebSocketRoute("/v1/realtime", transcribe),
]


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; its startup ends when recognisers and voice are warm.

    The language model is not waited for.
    """
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Guard)],
        exception_handlers=HANDLERS,  # type: ignore[arg-type]
        lifespan=_workers,
    )
    app.state.settings = settings or read()
    app.state.head = Head(app.state.settings)
    return app


@contextlib.asynccontextmanager
async def _workers(app: Starlette) -> AsyncIterator[None]:
    app.state.recognisers = recognisers = RecogniserPool()
    app.state.speaker = speaker = Speaker()
    head: Head = app.state.head
    app.state.warming = warming = Warming(head)
    try:
        await asyncio.gather(recognisers.start(), speaker.start())
        head.start()
        yield
    finally:
        await warming.close()
        await asyncio.gather(recognisers.close(), speaker.close(), head.close())
