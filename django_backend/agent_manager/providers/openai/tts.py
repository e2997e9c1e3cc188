"""The agent's voice, by any server of OpenAI's API."""

from __future__ import annotations

import contextlib
from typing import Any

import httpx2 as httpx
import openai
from config.services import Service
from livekit.agents import APIConnectOptions, tts, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from openai import AsyncAPIResponse

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.speech_shapes import FORMATS, Shape, Shapes, voice_at
from agent_manager.providers.sound.decoding import samples_of
from agent_manager.providers.sound.kinds import RATE
from agent_manager.providers.voice import Voice

MOST_ATTEMPTS = len(FORMATS) + 3
SECONDS_BESIDE = 30.0
SECONDS_A_CHARACTER = 1.0
"""A voice that takes longer than this for its text is cut: a server may send for ever."""
REFUSAL_LENGTH = 2000

_shapes = Shapes()

Body = AsyncAPIResponse[Any]


class Speech(Voice):
    """A service that speaks one piece of text a request.

    `rate` is how fast, 1.0 as the voice is; None leaves that to its server.
    """

    def __init__(self, service: Service, voice: str, rate: float | None = None) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1
        )
        self.service = service
        self.voice = voice
        self.rate = rate

    @property
    def model(self) -> str:
        """The model's name."""
        return self.service.model

    @property
    def provider(self) -> str:
        """The server's host and port."""
        return self.host

    @property
    def host(self) -> str:
        """The server's host and port, as logs name it."""
        return httpx.URL(self.service.base_url).netloc.decode()

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> SpeechStream:
        """The voice of one piece of text, as it arrives."""
        return SpeechStream(tts=self, input_text=text, conn_options=conn_options)


class SpeechStream(tts.ChunkedStream):
    """One request for speech, asked again in another shape where the server refuses one.

    It tells its listeners of no failure as final: whoever speaks the reply decides whether the
    reply goes on without this piece.
    """

    _tts: Speech

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        try:
            await self._speak(output_emitter)
        except (openai.OpenAIError, httpx.HTTPError, ServiceError, ValueError, OSError) as error:
            raise _located(error, self._tts.host) from None

    def _emit_error(self, api_error: Exception, recoverable: bool) -> None:
        super()._emit_error(api_error, recoverable=True)

    async def _speak(self, emitter: tts.AudioEmitter) -> None:
        voice = voice_at(self._tts.voice, self._tts.rate)
        server = (self._tts.service.base_url, self._tts.model, voice)
        shape = _shapes.of(server)
        for _ in range(MOST_ATTEMPTS):
            async with contextlib.AsyncExitStack() as opened:
                try:
                    answer = await opened.enter_async_context(self._asked(shape))
                except openai.APIStatusError as refusal:
                    shape = _next_shape(shape, refusal, has_rate=bool(self._tts.rate))
                    continue
                await self._push(answer, emitter)
                return _shapes.worked(server, shape)
        raise ServiceError("rejected")

    def _asked(self, shape: Shape) -> contextlib.AbstractAsyncContextManager[Body]:
        speech = client_of(self._tts.service).audio.speech
        return speech.with_streaming_response.create(
            input=self.input_text,
            model=self._tts.model,
            voice=self._tts.voice if shape.names_voice else openai.omit,  # type: ignore[arg-type]
            speed=self._tts.rate if shape.names_rate and self._tts.rate else openai.omit,
            response_format=shape.response_format or openai.omit,  # type: ignore[arg-type]
            timeout=httpx.Timeout(30, connect=self._conn_options.timeout),
        )

    async def _push(self, answer: Body, emitter: tts.AudioEmitter) -> None:
        """Hands the voice on; raises when there is none."""
        left = 2 * RATE * (SECONDS_BESIDE + SECONDS_A_CHARACTER * len(self.input_text))
        begun = False
        samples = samples_of(answer.iter_bytes(), answer.headers.get("content-type", "").lower())
        async with contextlib.aclosing(samples):
            try:
                async for piece in samples:
                    if not begun:
                        emitter.initialize(**_as_emitted(answer))
                        begun = True
                    emitter.push(piece)
                    left -= len(piece)
                    if left <= 0:
                        break
            except (openai.OpenAIError, httpx.HTTPError, ServiceError) as error:
                raise _final(error, self._tts.host) if begun else error from None
        if not begun:
            raise ServiceError("empty", retryable=True)
        emitter.flush()


def _next_shape(shape: Shape, refusal: openai.APIStatusError, *, has_rate: bool) -> Shape:
    if refusal.status_code in (401, 403, 429):
        raise refusal
    body = str(refusal.body or "")[:REFUSAL_LENGTH]
    following = shape.after(refusal.status_code, body, has_rate=has_rate)
    if following is None:
        raise refusal
    return following


def _as_emitted(answer: Body) -> dict[str, Any]:
    """What livekit-agents wants to know of the samples that follow, by its parameters' names."""
    request_id = answer.headers.get("x-request-id") or utils.shortuuid()
    return {
        "request_id": request_id,
        "sample_rate": RATE,
        "num_channels": 1,
        "mime_type": "audio/pcm",
    }


def _final(error: Exception, host: str) -> ServiceError:
    """The error of a piece that was half heard: nobody wants to hear its beginning again."""
    found = _located(error, host)
    found.retryable = False
    return found


def _located(error: Exception, host: str) -> ServiceError:
    found = service_error(error, host)
    found.host = found.host or host
    return found


def speech(service: Service, voice: str, rate: float | None = None) -> Speech:
    """The agent's voice, which is asked for piece by piece."""
    return Speech(service, voice, rate)
