"""The realtime transcription WebSocket, with a voice activity detector of its own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import time
import uuid
from functools import partial
from typing import Any

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect

from . import errors
from .live import LiveWords
from .rest import key_of
from .state import SLOW_SECONDS, FaultName, Request, State

RATE = 24_000
WINDOW = RATE // 50
SPEECH_LEVEL = 300.0
SPEECH_WINDOWS = 3
TRANSCRIPTION = "conversation.item.input_audio_transcription"
INVALID_KEY_CLOSE = 3000
UTTERANCE = "utterance"
"""Ends the path under which each utterance is recorded, with its seconds, when its words are sent.
"""


async def realtime(websocket: WebSocket, state: State) -> None:
    """Serves one transcription session until the client leaves; refuses as the API would."""
    authorization = websocket.headers.get("authorization")
    model = websocket.query_params.get("model")
    state.record(Request("WEBSOCKET", websocket.url.path, authorization, model))
    key = key_of(authorization)
    if not state.realtime or websocket.query_params.get("intent") != "transcription":
        answer = errors.unknown_path("GET", websocket.url.path)
        return await websocket.send_denial_response(answer)
    if not key or state.accepted_key not in (None, key):
        return await websocket.send_denial_response(errors.refusal("refuse_401"))
    if (fault := state.take_fault("stt", errors.REFUSALS)) != "none":
        return await websocket.send_denial_response(errors.refusal(fault))
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        if state.realtime_habit == "mute":
            await _say_nothing(websocket)
        await _Session(websocket, state, authorization).serve()


async def _say_nothing(websocket: WebSocket) -> None:
    """Takes everything and never says a word, until the client leaves."""
    while True:
        await websocket.receive_text()


class _Session:
    """One socket: audio comes in, utterances go out as text."""

    def __init__(self, websocket: WebSocket, state: State, authorization: str | None) -> None:
        self._websocket = websocket
        self._state = state
        self._authorization = authorization
        self._detector: Detector | None = Detector()
        self._session: dict[str, Any] = {"type": "transcription"}
        self._item = _new_id("item")
        self._utterances: set[asyncio.Task[None]] = set()
        self._live: LiveWords | None = None

    async def serve(self) -> None:
        await self._send("session.created", session=self._session)
        try:
            while True:
                await self._received(await self._websocket.receive_text())
        finally:
            for task in self._utterances:
                task.cancel()
            await self._stop_live()

    async def _received(self, text: str) -> None:
        try:
            message = json.loads(text)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            return await self._error("Could not parse the event.", "invalid_event")
        if kind == "session.update":
            await self._update(message.get("session") or {})
        elif kind == "input_audio_buffer.append":
            await self._hear(base64.b64decode(message.get("audio", "")))
        elif kind == "input_audio_buffer.commit":
            await self._commit()
        elif kind != "input_audio_buffer.clear":
            await self._error(f"Invalid value: '{kind}'.", "invalid_value")

    async def _update(self, session: dict[str, Any]) -> None:
        audio = (session.get("audio") or {}).get("input") or {}
        transcription = audio.get("transcription") or {}
        turn_detection = audio.get("turn_detection")
        self._session = session
        self._detector = Detector(**_timing(turn_detection)) if turn_detection else None
        asked = Request(
            "WEBSOCKET",
            self._websocket.url.path,
            self._authorization,
            model=transcription.get("model"),
            prompt=transcription.get("prompt"),
            session=session,
        )
        self._state.record(asked)
        await self._send("session.updated", session=session)

    async def _hear(self, audio: bytes) -> None:
        if self._detector is None:
            return
        for kind, milliseconds in self._detector.push(audio):
            if kind == "started":
                await self._send(
                    "input_audio_buffer.speech_started",
                    audio_start_ms=milliseconds,
                    item_id=self._item,
                )
                if self._state.delays.stt_interim:
                    self._live = LiveWords(
                        self._state, partial(self._delta, self._item), self._detector.is_loud
                    )
            else:
                await self._send(
                    "input_audio_buffer.speech_stopped",
                    audio_end_ms=milliseconds,
                    item_id=self._item,
                )
                if self._live:
                    self._live.speech_ended(time.monotonic() - self._detector.silence_seconds)
                await self._commit()

    async def _commit(self) -> None:
        item, self._item = self._item, _new_id("item")
        await self._send("input_audio_buffer.committed", previous_item_id=None, item_id=item)
        live, self._live = self._live, None
        task = asyncio.create_task(self._settle(item, live) if live else self._transcribe(item))
        self._utterances.add(task)
        task.add_done_callback(self._utterances.discard)

    async def _settle(self, item: str, live: LiveWords) -> None:
        text = await live.settled()
        self._state.record(
            Request(
                "WEBSOCKET",
                f"{self._websocket.url.path}/{UTTERANCE}",
                self._authorization,
                audio_seconds=live.seconds,
            )
        )
        await self._complete(item, text)

    async def _stop_live(self) -> None:
        if self._live:
            await self._live.aclose()

    async def _delta(self, item: str, delta: str) -> None:
        await self._send(f"{TRANSCRIPTION}.delta", item_id=item, content_index=0, delta=delta)

    async def _transcribe(self, item: str) -> None:
        habit = self._state.realtime_habit
        if habit == "never_transcribes":
            return
        if habit == "empty_transcripts":
            return await self._complete(item, "")
        if habit == "strange_events":
            await self._websocket.send_text("[]")
            await self._send("rate_limits.updated", delta={"not": "words"})
        fault = self._state.take_fault("stt")
        if fault == "hang":
            return
        if fault in errors.REFUSALS:
            return await self._fail(item, fault)
        delay = self._state.delays.stt + (SLOW_SECONDS if fault == "slow_5s" else 0)
        text = self._state.next_transcript()
        words = text.split(" ")
        for index, word in enumerate(words):
            await asyncio.sleep(delay / len(words))
            delta = f" {word}" if index else word
            await self._delta(item, delta)
            if fault == "drop_mid_stream" and index >= len(words) // 2:
                return await self._websocket.close(1011)
        if fault == "garbage":
            return await self._websocket.send_text("\ufffd{garbage")
        await self._complete(item, text)

    async def _complete(self, item: str, text: str) -> None:
        usage = {"type": "duration", "seconds": 1.0}
        await self._send(
            f"{TRANSCRIPTION}.completed",
            item_id=item,
            content_index=0,
            transcript=text,
            usage=usage,
        )

    async def _fail(self, item: str, fault: FaultName) -> None:
        error = errors.body(fault)
        if fault == "refuse_401":
            await self._send("error", error=error)
            return await self._websocket.close(INVALID_KEY_CLOSE)
        await self._send(f"{TRANSCRIPTION}.failed", item_id=item, content_index=0, error=error)

    async def _error(self, message: str, code: str) -> None:
        error = {"type": "invalid_request_error", "code": code, "message": message}
        await self._send("error", error={**error, "param": None, "event_id": None})

    async def _send(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "event_id": _new_id("event"), **fields}
        await self._websocket.send_text(json.dumps(event))


class Detector:
    """Finds where speech starts and stops in 24 kHz audio, by its energy."""

    def __init__(self, silence_ms: int = 500) -> None:
        self.silence_seconds = silence_ms / 1000
        self._silence_windows = max(1, silence_ms * RATE // 1000 // WINDOW)
        self._rest = b""
        self._windows = itertools.count()
        self._loud = self._quiet = 0
        self._speaking = False

    def is_loud(self) -> bool:
        """Whether the last window of sound was of somebody who speaks."""
        return self._quiet == 0

    def push(self, audio: bytes) -> list[tuple[str, int]]:
        """What this audio brought: ("started" or "stopped", milliseconds since the beginning)."""
        self._rest += audio
        found: list[tuple[str, int]] = []
        while len(self._rest) >= 2 * WINDOW:
            window, self._rest = self._rest[: 2 * WINDOW], self._rest[2 * WINDOW :]
            at = next(self._windows) * WINDOW * 1000 // RATE
            if kind := self._next(_level(window) >= SPEECH_LEVEL):
                found.append((kind, at))
        return found

    def _next(self, loud: bool) -> str | None:
        self._loud = self._loud + 1 if loud else 0
        self._quiet = 0 if loud else self._quiet + 1
        if not self._speaking and self._loud >= SPEECH_WINDOWS:
            self._speaking = True
            return "started"
        if self._speaking and self._quiet >= self._silence_windows:
            self._speaking = False
            return "stopped"
        return None


def _level(window: bytes) -> float:
    samples = np.frombuffer(window, dtype="<i2").astype(np.float64)
    return float(np.sqrt(np.mean(samples**2)))


def _timing(turn_detection: dict[str, Any]) -> dict[str, int]:
    silence = turn_detection.get("silence_duration_ms")
    return {} if silence is None else {"silence_ms": int(silence)}


def _new_id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:20]}"
