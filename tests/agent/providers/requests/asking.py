"""One request of each kind to a service, by the clients that sessions use."""

from __future__ import annotations

import io
import wave
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import openai
import pytest
from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.client import client_of
from config.secret import Secret
from config.services import Kind, Service
from fakes.openai_api import OpenAIStandIn

KEY = "sk-of-one-service"
WORDS = "Hello there."


def service_at(base_url: str, **changes: Any) -> Service:
    """A service at this address; its proxies and patience can be given."""
    return replace(Service(base_url, Secret(KEY), "model"), **changes)


def recording(seconds: float = 0.5) -> bytes:
    """A WAV file of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(24_000)
        target.writeframes(bytes(round(48_000 * seconds)))
    return file.getvalue()


async def transcribe(client: openai.AsyncClient) -> str:
    file = ("file.wav", recording(), "audio/wav")
    return str((await client.audio.transcriptions.create(file=file, model="model")).text)


async def reply(client: openai.AsyncClient) -> str:
    """The reply to a question, as it comes in a stream."""
    messages: list[Any] = [{"role": "user", "content": WORDS}]
    stream = await client.chat.completions.create(model="model", messages=messages, stream=True)
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    return "".join(pieces)


async def speak(client: openai.AsyncClient) -> str:
    """Whether there was a voice, in a word."""
    request = client.audio.speech.with_streaming_response.create(
        model="model", voice="alloy", input=WORDS, response_format="pcm"
    )
    async with request as response:
        return "voice" if len(await response.read()) > 20_000 else "none"


ASK: dict[Kind, Callable[[openai.AsyncClient], Awaitable[str]]] = {
    "stt": transcribe,
    "llm": reply,
    "tts": speak,
}
PATHS: dict[Kind, str] = {
    "stt": "/v1/audio/transcriptions",
    "llm": "/v1/chat/completions",
    "tts": "/v1/audio/speech",
}
every_kind = pytest.mark.parametrize("kind", list(ASK))


async def ask(kind: Kind, service: Service) -> str:
    """What a service of this kind answers."""
    return await ASK[kind](client_of(service))


def answer_of(api: OpenAIStandIn, kind: Kind) -> str:
    """What the stand-in answers when it works."""
    answers = {"stt": api.transcript, "llm": api.reply_to(WORDS), "tts": "voice"}
    return answers[kind]


@contextmanager
def refused() -> Iterator[list[ServiceError]]:
    """Expects the block to fail, and gives what it comes down to."""
    found: list[ServiceError] = []
    with pytest.raises(Exception) as raised:
        yield found
    found.append(service_error(raised.value))
