"""Lets a recogniser hear sound, and tells what it made of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from agent_manager.providers.openai import client
from agent_manager.providers.openai.stt import Recognition
from config.secret import Secret
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from livekit import rtc
from livekit.agents import APIConnectOptions, inference, stt
from livekit.agents.utils import http_context
from support.speech import RATE, Samples, silence
from support.waiting import until_async

STEP = RATE // 50
RECORDINGS = "/v1/audio/transcriptions"


@dataclass
class Heard:
    """What came out: settled words, words so far, and errors."""

    recognition: Recognition
    stream: stt.RecognizeStream
    finals: list[str] = field(default_factory=list)
    interims: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    async def hear(self, *sounds: Samples, seconds_after: float = 1.0) -> None:
        """Hears the sounds and then silence, five times as fast as they last."""
        for sound in (*sounds, silence(seconds_after)):
            for start in range(0, len(sound) - STEP + 1, STEP):
                piece = sound[start : start + STEP]
                self.stream.push_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, STEP))
                await asyncio.sleep(0.004)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Returns when it is so."""
        await until_async(condition, seconds=15, what=what)


@asynccontextmanager
async def hearing(
    api: OpenAIStandIn, *, streaming: bool = False, joins: bool = False, model: str = "any"
) -> AsyncIterator[Heard]:
    """Hears with the stand-in's recognition for the block."""
    client.client_of.cache_clear() if hasattr(client.client_of, "cache_clear") else None
    getattr(client, "client", client.client_of).cache_clear()
    service = Service(api.base_url, Secret("sk-test"), model)
    ears = inference.VAD(model="silero", min_silence_duration=0.1)
    async with http_context.open():
        recognition = Recognition(service, "en", ears, streaming=streaming, joins=lambda: joins)
        options = APIConnectOptions(max_retry=1, retry_interval=0.1, timeout=2.0)
        stream = recognition.stream(conn_options=options)
        heard = Heard(recognition, stream)
        recognition.on("error", lambda e: None if e.recoverable else heard.errors.append(e.error))
        reading = asyncio.create_task(_read(stream, heard))
        try:
            yield heard
        finally:
            await stream.aclose()
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _read(stream: stt.RecognizeStream, heard: Heard) -> None:
    async for event in stream:
        if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            heard.finals.append(event.alternatives[0].text)
        elif event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT:
            heard.interims.append(event.alternatives[0].text)
