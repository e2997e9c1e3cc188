"""Deepgram's sockets: words so far and settled ones while sound comes, and a voice for text."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from fakes.openai_api.sound import spoken

from .state import State

LOUD = 500.0
PAUSE_SECONDS = 0.3
"""Of silence after which words are settled, as `endpointing` does."""


class Deepgram:
    """`/v1/listen`, `/v1/speak` and `/v1/auth/token`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def token(self, request: Request) -> Response:
        """What a key is good for."""
        if status := self._refusal(request.headers.get("authorization")):
            return JSONResponse({"err_code": "INVALID_AUTH", "err_msg": "No."}, status)
        return JSONResponse({"scopes": ["usage:write"]})

    async def listen(self, socket: WebSocket) -> None:
        """Recognises: after the first loud sound a word so far, after a pause all of them."""
        if not await self._accepted(socket):
            return
        query = dict(socket.query_params)
        self._state.note("deepgram", query)
        rate, hearing = int(query["sample_rate"]), _Hearing()
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if (data := message.get("bytes")) is not None:
                    await self._take(socket, hearing, data, rate)
                elif json.loads(message["text"])["type"] == "CloseStream":
                    await socket.send_json({"type": "Metadata"})
                    return await socket.close()
        except WebSocketDisconnect:
            return

    async def _take(self, socket: WebSocket, hearing: _Hearing, data: bytes, rate: int) -> None:
        if self._state.faults.get("deepgram") == "failing":
            return await socket.close(1011)
        samples = np.frombuffer(data, "<i2").astype(float)
        is_loud = float(np.sqrt(np.mean(samples**2))) > LOUD
        hearing.at += len(samples) / rate
        if is_loud:
            if not hearing.words and self._state.transcripts:
                hearing.words = self._state.transcripts.popleft()
                await socket.send_json({"type": "SpeechStarted", "timestamp": hearing.at})
                await socket.send_json(_results(hearing.words.split()[0], hearing.at, False))
            hearing.silent = 0.0
        elif hearing.words:
            hearing.silent += len(samples) / rate
            if hearing.silent >= PAUSE_SECONDS:
                words, hearing.words = hearing.words, ""
                await socket.send_json(_results(words, hearing.at, True))

    async def speak(self, socket: WebSocket) -> None:
        """Speaks what came until a flush."""
        if not await self._accepted(socket):
            return
        text = ""
        try:
            while True:
                asked = json.loads(await socket.receive_text())
                if asked["type"] == "Speak":
                    text += asked["text"]
                elif asked["type"] == "Flush":
                    self._state.note("deepgram", {"speak": text.strip()})
                    await socket.send_bytes(spoken(text.strip(), "pcm"))
                    await socket.send_json({"type": "Flushed", "sequence_id": 0})
                    text = ""
                else:
                    return await socket.close()
        except WebSocketDisconnect:
            return

    async def _accepted(self, socket: WebSocket) -> bool:
        if status := self._refusal(socket.headers.get("authorization")):
            await socket.send_denial_response(Response(status_code=status))
            return False
        await socket.accept()
        return True

    def _refusal(self, header: str | None) -> int:
        scheme, _, key = (header or "").partition(" ")
        return self._state.refusal("deepgram", key if scheme == "Token" else None)


class _Hearing:
    """What one socket has heard: seconds in all, seconds of silence, and the words to settle."""

    def __init__(self) -> None:
        self.at = self.silent = 0.0
        self.words = ""


def _results(text: str, at: float, is_final: bool) -> dict[str, Any]:
    words = [
        {"word": word.lower(), "punctuated_word": word, "start": at, "end": at, "confidence": 0.9}
        for word in text.split()
    ]
    return {
        "type": "Results",
        "is_final": is_final,
        "speech_final": is_final,
        "metadata": {"request_id": "request-of-deepgram"},
        "channel": {"alternatives": [{"transcript": text, "confidence": 0.9, "words": words}]},
    }
