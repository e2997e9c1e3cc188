"""Recognition of speech by any server of OpenAI's API."""

from __future__ import annotations

from typing import Any

import aiohttp
from config.services import Service
from livekit.agents import APIStatusError, stt
from livekit.plugins import openai

from agent_manager.providers.causes import as_told, service_error
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.sockets import socket_session

SERVER_SILENCE_MS = 200
"""Milliseconds of silence after which a streaming STT server settles what it heard."""


class PersistentSTT(openai.STT):
    """openai.STT whose realtime socket is opened again after any failure.

    livekit-agents recreates a stream only after an APIError; the plugin lets others through.
    """

    def __init__(self, service: Service, **options: Any) -> None:
        super().__init__(model=service.model, client=client_of(service), **options)
        self._service = service

    async def aclose(self) -> None:
        """Closes the sockets, and what they were opened with."""
        await super().aclose()
        if self._session is not None:
            await self._session.close()

    def _ensure_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = socket_session(self._service)
        return self._session

    async def _recognize_impl(self, *args: Any, **kwargs: Any) -> stt.SpeechEvent:
        return await as_told(super()._recognize_impl, *args, **kwargs)

    async def _connect_ws(self, timeout: float) -> aiohttp.ClientWebSocketResponse:  # noqa: ASYNC109
        try:
            return await super()._connect_ws(timeout)
        except aiohttp.WSServerHandshakeError as refusal:
            raise APIStatusError(refusal.message, status_code=refusal.status) from refusal
        except (aiohttp.ClientError, OSError) as error:
            raise service_error(error, self._client.base_url.host) from error


def recognition(service: Service, language: str, streaming: bool) -> stt.STT:
    """Recognition of speech; `streaming` says that the server gives words as they are spoken."""
    return PersistentSTT(
        service,
        language=language,
        use_realtime=streaming,
        turn_detection={"type": "server_vad", "silence_duration_ms": SERVER_SILENCE_MS},
    )
