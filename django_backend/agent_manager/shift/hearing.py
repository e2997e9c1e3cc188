"""What the agent hears: one audio track of its session's person. All else is taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Self

import structlog
from common.tasks import Tasks
from livekit import api, rtc
from media_server.client import livekit_api
from media_server.errors import LIVEKIT_ERRORS
from media_server.names import livekit_room_name
from media_server.participants import remove_participant
from media_server.people import is_person
from voice_sessions.models import Session

log = structlog.get_logger(__name__)
EVENTS = (
    "track_published",
    "track_unpublished",
    "track_muted",
    "track_unmuted",
    "participant_connected",
    "participant_disconnected",
)
API_SECONDS = 5.0
AGAIN_SECONDS = 1.0
MOST_SILENCED = 16
"""Tracks that are silenced for a person at once; whoever publishes more is put out."""

Publication = rtc.RemoteTrackPublication


class Hearing:
    """As a context it subscribes to the person's microphone only, whatever track comes later.

    A room joined with `auto_subscribe` would have livekit-agents listen to whatever track appeared
    last and calls itself a microphone, video too. All else is muted; whoever turns it on again is
    put out of the room. `tell` is called with that microphone after each change.
    """

    def __init__(
        self, room: rtc.Room, session: Session, tell: Callable[[Publication | None], None]
    ) -> None:
        self._room = room
        self._tell = tell
        self._identity = session.identity
        self._name = livekit_room_name(session.visitor, session.room)
        self._heard: Publication | None = None
        self._silenced: set[str] = set()
        self._silencing: asyncio.Task[None] | None = None
        self._removing: asyncio.Task[None] | None = None
        self._tasks = Tasks()

    async def __aenter__(self) -> Self:
        for event in EVENTS:
            self._room.on(event, self._look)  # type: ignore[arg-type]
        self._room.on("reconnected", self._ask_again)
        self._look()
        return self

    async def __aexit__(self, *_: object) -> None:
        for event in EVENTS:
            self._room.off(event, self._look)  # type: ignore[arg-type]
        self._room.off("reconnected", self._ask_again)
        await self._tasks.cancel()

    def _look(self, *_: Any) -> None:
        published = self._published()
        if not any(publication is self._heard for publication in published):
            self._hear_one_of(published)
        self._tell(self._heard)
        extra = self._extra()
        loud = {publication.sid for publication in extra if not publication.muted}
        is_over = bool(loud & self._silenced) or len(extra) > MOST_SILENCED
        self._silenced = {publication.sid for publication in extra} - loud
        if is_over:
            self._put_out()
        elif loud and (self._silencing is None or self._silencing.done()):
            self._silencing = self._tasks.start(self._silence())

    def _hear_one_of(self, published: list[Publication]) -> None:
        """The first one; for an agent that takes over, one that was not silenced before."""
        audio = [each for each in published if each.kind == rtc.TrackKind.KIND_AUDIO]
        self._heard = min(audio, key=lambda each: each.muted, default=None)
        self._ask_again()

    def _ask_again(self) -> None:
        if self._heard is not None:
            self._heard.set_subscribed(True)

    def _published(self) -> list[Publication]:
        person = self._room.remote_participants.get(self._identity)
        if person is None or not is_person(person):
            return []
        return list(person.track_publications.values())

    def _extra(self) -> list[Publication]:
        return [each for each in self._published() if each is not self._heard]

    def _put_out(self) -> None:
        if self._removing is None or self._removing.done():
            self._removing = self._tasks.start(self._remove())

    async def _silence(self) -> None:
        """Mutes what is not heard until all of it is muted."""
        while sids := [each.sid for each in self._extra() if not each.muted]:
            try:
                async with livekit_api() as client, asyncio.timeout(API_SECONDS):
                    for sid in sids:
                        await client.room.mute_published_track(self._mute_request(sid))
                log.info("tracks_silenced", tracks=len(sids))
            except LIVEKIT_ERRORS as error:
                log.warning("tracks_not_silenced", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    def _mute_request(self, sid: str) -> api.MuteRoomTrackRequest:
        return api.MuteRoomTrackRequest(
            room=self._name, identity=self._identity, track_sid=sid, muted=True
        )

    async def _remove(self) -> None:
        try:
            async with asyncio.timeout(API_SECONDS):
                await remove_participant(self._name, self._identity)
            log.warning("person_put_out")
        except LIVEKIT_ERRORS as error:
            log.warning("person_not_put_out", error=type(error).__name__)
