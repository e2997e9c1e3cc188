"""What is still there when everybody has gone: sessions, rooms, people, dispatches, processes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection

from livekit import api

from faults.judges.agents import is_alive
from faults.judges.store import Store

DEADLINE_SECONDS = 60.0
POLL_SECONDS = 0.5


async def until_nothing(
    store: Store, env: dict[str, str], processes: Collection[int]
) -> tuple[float, list[str]]:
    """Seconds until nothing was left, and what was left after 60 s.

    `processes` are those that have to end; the media server is the cluster's alone.
    """
    begun = time.monotonic()
    while True:
        left = await _left(store, env, processes)
        passed = time.monotonic() - begun
        if not left or passed > DEADLINE_SECONDS:
            return passed, left
        await asyncio.sleep(POLL_SECONDS)


def livekit_api(env: dict[str, str]) -> api.LiveKitAPI:
    """A client of the media server's own API, a context manager."""
    address = "http" + env["LIVEKIT_URL"].removeprefix("http").removeprefix("ws")
    return api.LiveKitAPI(address, env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"])


async def _left(store: Store, env: dict[str, str], processes: Collection[int]) -> list[str]:
    sessions = [f"session {session_id}" for session_id in await store.not_ended()]
    seats = [f"a seat of worker {pid}" for pid in await store.holding_workers()]
    alive = [f"process {pid}" for pid in processes if is_alive(pid)]
    return [*sessions, *seats, *await _at_livekit(env), *alive]


async def _at_livekit(env: dict[str, str]) -> list[str]:
    async with livekit_api(env) as livekit:
        rooms = (await livekit.room.list_rooms(api.ListRoomsRequest())).rooms
        return [thing for room in rooms for thing in await _in_room(livekit, room.name)]


async def _in_room(livekit: api.LiveKitAPI, room: str) -> list[str]:
    left = [f"room {room}"]
    with contextlib.suppress(api.ServerError):  # the room went away meanwhile
        listed = await livekit.room.list_participants(api.ListParticipantsRequest(room=room))
        left += [f"participant {person.identity}" for person in listed.participants]
        dispatches = await livekit.agent_dispatch.list_dispatch(room)
        left += [f"dispatch {dispatch.id}" for dispatch in dispatches]
    return left
