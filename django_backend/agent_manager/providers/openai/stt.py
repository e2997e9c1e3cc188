"""Recognition of speech by any server of OpenAI's API."""

from __future__ import annotations

import aiohttp
from config.services import Service
from livekit.agents import APIConnectionError, APIStatusError, stt
from livekit.plugins import openai

from agent_manager.providers.openai.client import client_of

SERVER_SILENCE_MS = 200
"""Milliseconds of silence after which a streaming STT server settles what it heard."""


class PersistentSTT(openai.STT):
    """openai.STT whose realtime socket is opened again after any failure.

    livekit-agents recreates a stream only after an APIError; the plugin lets others through.
    """

    async def _connect_ws(self, timeout: float) -> aiohttp.ClientWebSocketResponse:  # noqa: ASYNC109
        try:
            return await super()._connect_ws(timeout)
        except aiohttp.WSServerHandshakeError as refusal:
            raise APIStatusError(refusal.message, status_code=refusal.status) from refusal
        except (aiohttp.ClientError, OSError) as error:
            raise APIConnectionError from error


def recognition(service: Service, language: str, streaming: bool) -> stt.STT:
    """Recognition of speech; `streaming` says that the server gives words as they are spoken."""
    return PersistentSTT(
        model=service.model,
        client=client_of(service),
        language=language,
        use_realtime=streaming,
        turn_detection={"type": "server_vad", "silence_duration_ms": SERVER_SILENCE_MS},
    )
