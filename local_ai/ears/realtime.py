"""WS /v1/realtime?intent=transcription: words while a person speaks, as OpenAI's realtime API.

Audio comes as base64 pcm16 in `input_audio_buffer.append`. With server VAD each stretch of speech
becomes an item by itself; without, `input_audio_buffer.commit` makes one of what was said so far
(after 30 s of speech the server commits by itself). Silence never reaches a decoder.
"""

import asyncio
import base64
import binascii
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from local_ai.audio import Resampler, from_pcm16, to_pcm16
from local_ai.ears.realtime_settings import Settings, check_supported, new_id
from local_ai.ears.recognition import SAMPLE_RATE, Recognised, RecogniserPool, Utterance
from local_ai.ears.vad import Continued, Happening, Started, Stopped
from local_ai.errors import ApiError, as_api_error, invalid
from local_ai.failures import Busy, EngineMissing
from local_ai.fields import Fields

MAX_UNFINISHED = 4
_SHORTEST_COMMIT_MS = 100
_TRANSCRIPTION = "conversation.item.input_audio_transcription"


@dataclass
class Item:
    """One stretch of speech on its way to a transcript; without utterance when none was free."""

    utterance: Utterance | None = None
    id: str = field(default_factory=lambda: new_id("item"))
    seconds: float = 0.0

    async def words(self) -> Recognised:
        if self.utterance is None:
            raise Busy
        return await self.utterance.finish()


async def transcribe(websocket: WebSocket) -> None:
    """Serve one socket until its client leaves."""
    try:
        check_supported(websocket.query_params.get("intent"))
        websocket.app.state.recognisers.require()
    except (ApiError, EngineMissing) as error:
        await websocket.send_denial_response(as_api_error(error).response())
        return
    await websocket.accept()
    session = TranscriptionSession(websocket, websocket.app.state.recognisers)
    async with session:
        with contextlib.suppress(WebSocketDisconnect):
            await session.run()


class TranscriptionSession:
    """One client's stream of audio and the events that go back to it."""

    def __init__(self, websocket: WebSocket, pool: RecogniserPool) -> None:
        self._websocket = websocket
        self._pool = pool
        self._id = new_id("sess")
        self._settings = Settings.for_model(websocket.query_params.get("model"))
        self._detector = self._settings.detector(now_ms=0)
        self._resampler = Resampler(self._settings.rate, SAMPLE_RATE)
        self._item: Item | None = None
        self._last_item_id: str | None = None
        self._committed_ms = 0
        self._cmn: str | None = None
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._unfinished: asyncio.Queue[tuple[Item, asyncio.Task[Recognised]]] = asyncio.Queue(
            MAX_UNFINISHED
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._recognitions: set[asyncio.Task[Recognised]] = set()

    async def __aenter__(self) -> "TranscriptionSession":
        self._tasks = [
            asyncio.create_task(self._send_events()),
            asyncio.create_task(self._complete_items()),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._drop_item()
        leftovers = [*self._tasks, *self._recognitions]
        for task in leftovers:
            task.cancel()
        await asyncio.gather(*leftovers, return_exceptions=True)

    async def run(self) -> None:
        """Take the client's events until it leaves, which raises WebSocketDisconnect."""
        self._emit("session.created", session=self._settings.as_json(self._id))
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1000))
            try:
                await self._take(_event_of(message.get("text")))
            except ApiError as error:
                self._emit("error", error={**error.body, "event_id": None})

    async def _take(self, event: Fields) -> None:
        match event.text("type"):
            case "input_audio_buffer.append":
                await self._append(_audio_of(event))
            case "input_audio_buffer.commit":
                await self._commit()
            case "input_audio_buffer.clear":
                self._clear()
            case "session.update":
                await self._update(event)
            case other:
                raise invalid("type", f"Invalid value: '{other}' is no event of this API.")

    async def _append(self, pcm: bytes) -> None:
        samples = self._resampler.push(from_pcm16(pcm))
        for happening in self._detector.push(to_pcm16(samples)):
            await self._follow(happening)

    async def _follow(self, happening: Happening) -> None:
        match happening:
            case Started(at_ms, pcm):
                self._item = item = self._open_item()
                self._feed(item, pcm)
                if self._settings.turn_detection:
                    start = {"audio_start_ms": at_ms, "item_id": item.id}
                    self._emit("input_audio_buffer.speech_started", **start)
            case Continued(pcm) if self._item:
                self._feed(self._item, pcm)
            case Stopped(at_ms) if self._item:
                item, self._item = self._item, None
                if self._settings.turn_detection:
                    end = {"audio_end_ms": at_ms, "item_id": item.id}
                    self._emit("input_audio_buffer.speech_stopped", **end)
                await self._hand_in(item)

    def _open_item(self) -> Item:
        item = Item()
        with contextlib.suppress(Busy):
            item.utterance = self._pool.open(
                lambda words: self._partial(item, words), self._cmn, self._id
            )
        return item

    def _feed(self, item: Item, pcm: bytes) -> None:
        item.seconds += len(pcm) / 2 / SAMPLE_RATE
        if item.utterance:
            item.utterance.feed(pcm)

    def _partial(self, item: Item, words: str) -> None:
        self._emit(f"{_TRANSCRIPTION}.delta", item_id=item.id, content_index=0, delta=words)

    async def _hand_in(self, item: Item) -> None:
        """Make the item final; waits when the client is far ahead of the decoders."""
        self._committed_ms = self._detector.now_ms
        link = {"previous_item_id": self._last_item_id}
        self._emit("input_audio_buffer.committed", item_id=item.id, **link)
        self._emit("conversation.item.added", item=_message_item(item.id), **link)
        self._last_item_id = item.id
        recognition = asyncio.create_task(item.words())
        self._recognitions.add(recognition)
        recognition.add_done_callback(self._recognitions.discard)
        await self._unfinished.put((item, recognition))

    async def _commit(self) -> None:
        if self._item:
            for happening in self._detector.stop():
                await self._follow(happening)
            return
        silent_ms = self._detector.now_ms - self._committed_ms
        if silent_ms < _SHORTEST_COMMIT_MS:
            message = f"The buffer has {silent_ms} ms of audio; a commit needs at least 100 ms."
            raise ApiError(400, message, code="input_audio_buffer_commit_empty")
        self._committed_ms = self._detector.now_ms
        item = Item(self._pool.open(cmn=self._cmn, owner=self._id))
        await self._hand_in(item)

    def _clear(self) -> None:
        self._detector.forget()
        self._drop_item()
        self._committed_ms = self._detector.now_ms
        self._emit("input_audio_buffer.cleared")

    def _drop_item(self) -> None:
        if self._item and self._item.utterance:
            self._item.utterance.cancel()
        self._item = None

    async def _update(self, event: Fields) -> None:
        before, self._settings = self._settings, self._settings.updated(event)
        if self._settings.turn_detection != before.turn_detection:
            for happening in self._detector.stop():
                await self._follow(happening)
            self._detector = self._settings.detector(self._detector.now_ms)
        if self._settings.rate != before.rate:
            self._resampler = Resampler(self._settings.rate, SAMPLE_RATE)
        self._emit("session.updated", session=self._settings.as_json(self._id))

    async def _complete_items(self) -> None:
        while True:
            item, recognition = await self._unfinished.get()
            place = {"item_id": item.id, "content_index": 0}
            try:
                recognised = await recognition
            except Exception as error:
                body = as_api_error(error).body
                self._emit(f"{_TRANSCRIPTION}.failed", **place, error=body)
                continue
            self._cmn = recognised.cmn
            usage = {"type": "duration", "seconds": round(item.seconds, 2)}
            text = {"transcript": recognised.text, "usage": usage}
            self._emit(f"{_TRANSCRIPTION}.completed", **place, **text)

    async def _send_events(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._websocket.send_text(json.dumps(await self._outbox.get()))

    def _emit(self, kind: str, **fields: Any) -> None:
        self._outbox.put_nowait({"type": kind, "event_id": new_id("event"), **fields})


def _event_of(text: str | None) -> Fields:
    try:
        event = json.loads(text or "")
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise ApiError(400, "Each message must be a JSON object.", code="invalid_json")
    return Fields(event)


def _audio_of(event: Fields) -> bytes:
    try:
        pcm = base64.b64decode(event.text("audio"), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("audio", "'audio' must be base64.") from None
    if len(pcm) % 2:
        raise invalid("audio", "'audio' must be whole 16-bit samples.")
    return pcm


def _message_item(item_id: str) -> dict[str, Any]:
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_audio", "transcript": None}],
    }
