"""ElevenLabs' socket for several texts at once: each context is spoken and then final."""

from __future__ import annotations

import base64
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from fakes.openai_api.sound import spoken

from .state import State

PIECE = 9600
"""Bytes of sound in a message: 0.2 s."""


class ElevenLabs:
    """`/v1/text-to-speech/{voice}/multi-stream-input` and `/v1/models`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def models(self, request: Request) -> Response:
        """The models that a key may use."""
        if status := self._state.refusal("elevenlabs", request.headers.get("xi-api-key")):
            return JSONResponse({"detail": {"status": "invalid_api_key"}}, status)
        return JSONResponse([{"model_id": "eleven_turbo_v2_5"}])

    async def stream_input(self, socket: WebSocket) -> None:
        """Speaks each context's text when it is flushed. A wrong key is told after the opening."""
        await socket.accept()
        status = self._state.refusal("elevenlabs", socket.headers.get("xi-api-key"))
        if status:
            code = 1008 if status == 401 else 1011
            error = "invalid_api_key" if status == 401 else "internal_error"
            await socket.send_json({"message": "No.", "error": error, "code": code})
            return await socket.close(code)
        texts: dict[str, str] = {}
        try:
            while True:
                await self._answer(socket, json.loads(await socket.receive_text()), texts)
        except WebSocketDisconnect:
            return

    async def _answer(
        self, socket: WebSocket, asked: dict[str, object], texts: dict[str, str]
    ) -> None:
        context = str(asked["context_id"])
        texts[context] = texts.get(context, "") + str(asked.get("text", ""))
        if asked.get("flush") and (text := texts[context].strip()):
            texts[context] = ""
            query = dict(socket.query_params)
            self._state.note(
                "elevenlabs", {**query, "voice": socket.path_params["voice"], "text": text}
            )
            sound = spoken(text, "pcm")
            for at in range(0, len(sound), PIECE):
                audio = base64.b64encode(sound[at : at + PIECE]).decode()
                await socket.send_json({"audio": audio, "contextId": context})
        if asked.get("close_context"):
            texts.pop(context, None)
            await socket.send_json({"isFinal": True, "contextId": context})
