"""Who and what is in our rooms at the media server, and what no session needs any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from livekit import api

from media_server.client import livekit_api, unless_gone
from media_server.names import installation_id
from media_server.people import is_our_agent, is_person
from media_server.tokens import AFTER, PASS, START

log = structlog.get_logger(__name__)
AT_ONCE = 8
API_SECONDS = 5.0


@dataclass(frozen=True)
class Pass:
    """What the token of a person in a room tells, and what they publish.

    `after` is how many sessions of the room were over when it was made; None where the token is
    not ours, as a caller's. Such a person's `id` is that of this stay in the room. `start` says
    which session starts for them, if any: see `agent_manager.joining`.
    """

    id: str = ""
    after: int | None = None
    is_microphone: bool = True
    start: str = ""


@dataclass(frozen=True)
class View:
    """A room: whether our installation made it, who is in it, and which agents are ours.

    `passes` has what the people's tokens tell, by identity.
    """

    name: str
    is_marked: bool = False
    people: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    others: int = 0
    passes: Mapping[str, Pass] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Returns whether nobody is in it."""
        return not (self.people or self.agents or self.others)


@dataclass
class Plan:
    """What a sweep takes away: agents and dispatches without a session, and empty rooms."""

    agents: set[tuple[str, str]] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)

    def also_in(self, other: Plan) -> Plan:
        """Returns what both plans name."""
        return Plan(self.agents & other.agents, self.rooms & other.rooms)


async def look_at(name: str) -> View | None:
    """Returns one room, or None when it is not there."""
    async with livekit_api() as client, asyncio.timeout(API_SECONDS):
        answer = await client.room.list_rooms(api.ListRoomsRequest(names=[name]))
        limit = asyncio.Semaphore(AT_ONCE)
        views = [await _view(client, room, limit) for room in answer.rooms]
    return views[0] if views else None


async def look(names: Iterable[str]) -> dict[str, View]:
    """Returns our rooms by name: those that say that they are ours, and those of these names."""
    wanted = set(names)
    async with livekit_api() as client, asyncio.timeout(API_SECONDS):
        answer = await client.room.list_rooms(api.ListRoomsRequest())
        ours = [room for room in answer.rooms if _is_marked(room) or room.name in wanted]
        limit = asyncio.Semaphore(AT_ONCE)
        views = await asyncio.gather(*(_view(client, room, limit) for room in ours))
    return {view.name: view for view in views}


def plan(views: Mapping[str, View], agents: Mapping[str, str], rooms: set[str]) -> Plan:
    """Returns what is to go, given the agents by room of sessions that go on, and their rooms.

    Rooms that do not say that they are ours are never deleted.
    """
    found = Plan()
    for view in views.values():
        stray = view.agents - {agents.get(view.name, "")}
        found.agents |= {(view.name, identity) for identity in stray}
        if view.is_empty and view.is_marked and view.name not in rooms:
            found.rooms.add(view.name)
    return found


async def take_away(what: Plan) -> None:
    """Removes those agents, with their dispatches, and deletes those rooms if still empty."""
    async with livekit_api() as client, asyncio.timeout(API_SECONDS):
        for room, identity in what.agents:
            log.warning("stray_agent_removed", agent=identity)
            request = api.RoomParticipantIdentity(room=room, identity=identity)
            await unless_gone(client.room.remove_participant(request))
        for room in what.rooms:
            listing = client.room.list_participants(api.ListParticipantsRequest(room=room))
            if (present := await unless_gone(listing)) and present.participants:
                continue
            await unless_gone(client.room.delete_room(api.DeleteRoomRequest(room=room)))


async def _view(client: api.LiveKitAPI, room: api.Room, limit: asyncio.Semaphore) -> View:
    async with limit:
        request = api.ListParticipantsRequest(room=room.name)
        answer = await unless_gone(client.room.list_participants(request))
    present = list(answer.participants) if answer else []
    ours = frozenset(p.identity for p in present if is_our_agent(p))
    passes = {p.identity: _pass(p) for p in present if is_person(p)}
    others = len(present) - len(ours | passes.keys())
    return View(room.name, _is_marked(room), frozenset(passes), ours, others, passes)


def _pass(person: api.ParticipantInfo) -> Pass:
    after = person.attributes.get(AFTER, "")
    tracks = [track for track in person.tracks if not track.muted]
    has_video = any(track.type != api.TrackType.AUDIO for track in tracks)
    return Pass(
        id=person.attributes.get(PASS) or person.sid,
        after=int(after) if after.isdigit() else None,
        is_microphone=len(tracks) <= 1 and not has_video,
        start=person.attributes.get(START, ""),
    )


def _is_marked(room: api.Room) -> bool:
    return bool(room.metadata == installation_id())
