"""Somebody who does with a token, or several, what the page never does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from livekit import api, rtc

from .backend import Backend
from .media_server import MediaServer
from .speech import RATE

MICROPHONE = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
FRAME = np.zeros(RATE // 100, dtype=np.int16)


class Stranger:
    """Holds connections to rooms, and publishes what a test wants. `outs` are why they ended."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._rooms: list[rtc.Room] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.outs: list[str] = []

    async def token(self, room: str, identity: str = "eve") -> str:
        """What GET /token gives."""
        path = f"/token?room={room}&identity={identity}"
        answer = await asyncio.to_thread(self._backend.request, "GET", path)
        assert answer.status == 200, answer.body
        return str(answer.body["token"])

    async def join(self, token: str) -> rtc.Room:
        """A connection to the token's room; raises rtc.ConnectError."""
        room = rtc.Room()
        name = rtc.DisconnectReason.Name
        room.on("disconnected", lambda reason: self.outs.append(name(reason)))
        await room.connect(self._backend.env["LIVEKIT_URL"], token)
        self._rooms.append(room)
        return room

    async def speak(self, room: rtc.Room) -> rtc.LocalAudioTrack:
        """Publishes one more silent microphone."""
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("sound", source)
        self._tasks.append(asyncio.create_task(_sound(source)))
        await room.local_participant.publish_track(track, MICROPHONE)
        return track

    async def show(self, room: rtc.Room) -> rtc.LocalVideoTrack:
        """Publishes video that calls itself a microphone."""
        source = rtc.VideoSource(160, 120)
        track = rtc.LocalVideoTrack.create_video_track("picture", source)
        self._tasks.append(asyncio.create_task(_picture(source)))
        await room.local_participant.publish_track(track, MICROPHONE)
        return track

    async def leave(self) -> None:
        """Ends every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(room.disconnect() for room in self._rooms))


@asynccontextmanager
async def stranger(backend: Backend) -> AsyncIterator[Stranger]:
    """A stranger for the block."""
    somebody = Stranger(backend)
    try:
        yield somebody
    finally:
        await somebody.leave()


async def present(media: MediaServer, room: str) -> dict[str, Any]:
    """Who the media server has in a room, by identity; empty where there is no such room."""
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        answer = await client.room.list_participants(api.ListParticipantsRequest(room=room))
    return {each.identity: each for each in answer.participants}


async def people(media: MediaServer, room: str) -> set[str]:
    """The identities of the people in a room."""
    standard = api.ParticipantInfo.Kind.STANDARD
    return {who for who, each in (await present(media, room)).items() if each.kind == standard}


async def _sound(source: rtc.AudioSource) -> None:
    while True:
        await source.capture_frame(rtc.AudioFrame(FRAME.tobytes(), RATE, 1, len(FRAME)))


async def _picture(source: rtc.VideoSource) -> None:
    black = rtc.VideoFrame(160, 120, rtc.VideoBufferType.RGBA, bytes(160 * 120 * 4))
    while True:
        source.capture_frame(black)
        await asyncio.sleep(0.1)
