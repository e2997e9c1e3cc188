"""A person without a browser: joins a room, speaks recorded lines, hears the agent, reads along."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import websockets
from livekit import rtc

from .backend import Backend
from .speech import RATE, SPEECH_LEVEL, Samples, rms
from .waiting import until_async

FRAME_SECONDS = 0.04
HEARD_SECONDS = 0.02
HEARING_RATE = 24_000


class Person:
    """Somebody in a room. `messages` are what the socket brought, `heard` the agent's audio."""

    def __init__(self, backend: Backend, room: str, identity: str) -> None:
        self.backend = backend
        self.room_name = room
        self.identity = identity
        self.session_id = ""
        self.messages: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self.heard: list[tuple[float, float]] = []
        self.track_name = "microphone"
        self._room = rtc.Room()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
        self._said: asyncio.Queue[Samples] = asyncio.Queue()
        self._said_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self) -> None:
        """Enters the room with a microphone that is silent until `say`."""
        await self._enter()
        self._tasks.append(asyncio.create_task(self._speak()))

    async def _enter(self) -> None:
        server_url, token = await self._admission()
        self._room.on("track_subscribed", self._on_track)
        await self._room.connect(server_url, token)
        track = rtc.LocalAudioTrack.create_audio_track(self.track_name, self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._room.local_participant.publish_track(track, options)

    async def _admission(self) -> tuple[str, str]:
        """The media server's address, and a token for the room."""
        path = f"/token?room={self.room_name}&identity={self.identity}"
        answer = await asyncio.to_thread(self.backend.request, "GET", path)
        assert answer.status == 200, answer.body
        return answer.body["server_url"], answer.body["token"]

    async def start(self, **fields: Any) -> dict[str, Any]:
        """Starts a session in the room and reads along; the answer to POST /session."""
        body = {"room": self.room_name, "identity": self.identity, **fields}
        answer = await asyncio.to_thread(self.backend.request, "POST", "/session", body)
        assert answer.status in (200, 201), answer.body
        self.session_id = answer.body["session_id"]
        self._tasks.append(asyncio.create_task(self._read()))
        return dict(answer.body)

    def read_again(self) -> None:
        """Opens the socket anew, from the last event that it brought."""
        seqs = [m["seq"] for m in self.messages if "seq" in m]
        self._tasks.append(asyncio.create_task(self._read(after=max(seqs, default=0))))

    async def stop(self) -> None:
        """Asks for the end of the session."""
        path = f"/session/{self.session_id}"
        answer = await asyncio.to_thread(self.backend.request, "DELETE", path)
        assert answer.status == 200, answer.body

    async def say(self, samples: Samples) -> float:
        """Speaks, and returns when the last sample is out: that moment on the monotonic clock."""
        self._said.put_nowait(samples)
        await self._said.join()
        return self._said_at

    async def leave_room(self) -> None:
        """Leaves the room, as a closed tab does, and goes on reading."""
        await self._room.disconnect()

    async def come_back(self) -> None:
        """Enters the room again."""
        self._room = rtc.Room()
        await self._enter()

    async def leave(self) -> None:
        """Leaves the room and stops reading."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._room.disconnect()
        self._source.clear_queue()
        await self._source.aclose()

    def others(self) -> list[str]:
        """The identities of who else is in the room."""
        return [participant.identity for participant in self._room.remote_participants.values()]

    def finals(self, role: str) -> list[dict[str, Any]]:
        """The settled entries of one role so far."""
        return [m for m in self.messages if m.get("final") and m["role"] == role]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of one name so far."""
        return [m for m in self.messages if m.get("event") == name]

    def hears_since(self, moment: float) -> float | None:
        """When the agent was first audible after a moment of the monotonic clock."""
        return next((at for at, level in self.heard if at > moment and level > SPEECH_LEVEL), None)

    def messages_with_final(self) -> list[dict[str, Any]]:
        """The settled entries of both roles so far."""
        return [m for m in self.messages if m.get("final")]

    def now(self) -> float:
        """The moment on the clock of `heard` and `received`."""
        return time.monotonic()

    async def until_hears_reply(self) -> float:
        """When the agent next becomes audible."""
        since = time.monotonic()
        heard = await until_async(lambda: self.hears_since(since), what="the agent is audible")
        return float(heard or 0)

    async def wait_seconds_of_reply(self, seconds: float) -> None:
        """Returns when that much of the agent's voice has been heard from now on."""
        since = time.monotonic()

        def heard() -> bool:
            loud = [at for at, level in self.heard if at > since and level > SPEECH_LEVEL]
            return len(loud) * HEARD_SECONDS >= seconds

        await until_async(heard, seconds=30, what=f"{seconds} s of voice")

    def fell_silent_after(self, moment: float, gap: float = 0.5) -> float:
        """When, after a moment, the agent was last audible before a silence of `gap` seconds."""
        last = moment
        for at, level in self.heard:
            if at > moment and level > SPEECH_LEVEL:
                if at - last > gap:
                    break
                last = at
        return last

    async def until_quiet(self, seconds: float = 1.0) -> None:
        """Returns when the agent has been silent for that long after having spoken."""

        def quiet() -> bool:
            loud = [at for at, level in self.heard if level > SPEECH_LEVEL]
            return bool(loud) and time.monotonic() - loud[-1] > seconds

        await until_async(quiet, seconds=60, what="the agent is silent")

    async def until_final(self, role: str, count: int, seconds: float = 30) -> dict[str, Any]:
        """The entry number `count` (from 1) of a role, when it is there."""
        await until_async(
            lambda: len(self.finals(role)) >= count,
            seconds=seconds,
            what=f"final {count} of {role}",
        )
        return self.finals(role)[count - 1]

    async def _read(self, after: int = 0) -> None:
        url = self.backend.websocket_url(self.session_id, after)
        protocols = [websockets.Subprotocol("voice-agent.v1")]
        async with websockets.connect(url, subprotocols=protocols, proxy=None) as socket:
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in socket:
                    self.messages.append({**json.loads(message), "received": time.monotonic()})
            self.close_code = socket.close_code

    async def _speak(self) -> None:
        step = int(RATE * FRAME_SECONDS)
        nothing = np.zeros(step, dtype=np.int16)
        while True:
            if self._said.empty():
                await self._capture(nothing)
                continue
            samples = self._said.get_nowait()
            for start in range(0, len(samples), step):
                piece = samples[start : start + step]
                await self._capture(np.pad(piece, (0, step - len(piece))))
            self._said_at = time.monotonic() + self._source.queued_duration
            self._said.task_done()

    async def _capture(self, samples: Samples) -> None:
        frame = rtc.AudioFrame(samples.tobytes(), RATE, 1, len(samples))
        await self._source.capture_frame(frame)

    def _on_track(self, track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.append(asyncio.create_task(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream.from_track(
            track=track,
            sample_rate=HEARING_RATE,
            num_channels=1,
            frame_size_ms=round(HEARD_SECONDS * 1000),
        )
        try:
            async for event in stream:
                self.heard.append((time.monotonic(), rms(bytes(event.frame.data))))
        finally:
            await stream.aclose()


@asynccontextmanager
async def in_room(server_url: str, token: str) -> AsyncIterator[rtc.Room]:
    """Somebody who is in the token's room for the block, says nothing and hears nothing."""
    room = rtc.Room()
    await room.connect(server_url, token, rtc.RoomOptions(auto_subscribe=False))
    try:
        yield room
    finally:
        await room.disconnect()


@asynccontextmanager
async def silent_person(
    backend: Backend, room: str, identity: str = "ada", headers: Mapping[str, str] | None = None
) -> AsyncIterator[rtc.Room]:
    """A visitor who joins as the page does, before it asks for a session, and says nothing."""
    path = f"/token?room={room}&identity={identity}"
    answer = await asyncio.to_thread(backend.request, "GET", path, None, headers)
    assert answer.status == 200, answer.body
    async with in_room(answer.body["server_url"], answer.body["token"]) as there:
        yield there


@asynccontextmanager
async def person(backend: Backend, room: str, identity: str = "ada") -> AsyncIterator[Person]:
    """A person in the room for the block."""
    somebody = Person(backend, room, identity)
    await somebody.join()
    try:
        yield somebody
    finally:
        await somebody.leave()
