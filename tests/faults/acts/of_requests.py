"""Faults 16 to 19: requests that race, an identity twice, too many starts, webhooks in disorder."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import random
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial
from typing import Any

import httpx
from livekit import api

from faults.acts.of_backends import agents_stay
from faults.judges.leftovers import livekit_api
from faults.judges.record import compare
from faults.people.follower import Follower
from faults.people.person import Person
from faults.people.visitor import Visitor
from faults.registry import fault
from faults.scene import Scene

STARTS = 100
REFUSALS, REFUSED_SECONDS, SLOWEST_SECONDS = 9, 0.2, 1.0
"""How long the middle one of single refusals may take, and the slowest of them."""
RACERS = 10
AGENT_SECONDS = 10.0
"""Within which the agents of ten starts at once come: they take both cores for a while."""
END_SECONDS = 15.0
IDENTITY = "somebody"
_rooms = itertools.count(1)


@fault(16, "DELETE twice, racing, and while starting", in_ci=True)
async def deletes(scene: Scene) -> None:
    twice, racing, *_ = scene.people
    scene.mark_fault()
    for _ in range(2):
        await twice.stop()
    await asyncio.gather(*(racing.stop() for _ in range(RACERS)))
    early = await asyncio.gather(*(_deleted_while_starting(scene) for _ in range(3)))
    scene.expect(any(early), "no session was ended while it was starting")
    scene.notes.append(f"{sum(early)} of {len(early)} starts were stopped before the agent heard")
    for person in (twice, racing):
        person.hush()
        is_over = partial(getattr, person.followers[0], "is_over")
        await scene.until(10, is_over, f"{person.name} is told")
        endings = person.followers[0].events("session_ended")
        scene.expect(len(endings) == 1, f"{person.name} was told {len(endings)} endings")
    await scene.everybody_goes_on()


@fault(17, "the same identity joins twice")
async def identity_twice(scene: Scene) -> None:
    person = scene.people[0]
    await scene.until_replying(person)
    scene.mark_fault()
    first = await person.take_over()
    await scene.until(
        10, lambda: first.is_taken_over, "the first tab is told that it was taken over"
    )
    await first.leave()
    await scene.everybody_goes_on()
    agents_stay(scene)


@fault(18, "100 starts at once past capacity", in_ci=True, people=4, seconds=180, has_page=False)
async def too_many_starts(scene: Scene) -> None:
    await scene.call(asyncio.run, _crowd(scene))
    await scene.everybody_goes_on()


async def _crowd(scene: Scene) -> None:
    """All who come at once, in an event loop of their own: they hold up nobody who speaks."""
    seats = await scene.store.seats()
    visitors = [Visitor(scene.cluster.url) for _ in range(STARTS)]
    rooms = {visitor: _room() for visitor in visitors}
    try:
        await asyncio.gather(*(visitor.enter() for visitor in visitors))
        scene.mark_fault()
        answers = await asyncio.gather(*(_start(*each) for each in rooms.items()))
        started = {
            visitor: str(answer.json()["session_id"])
            for visitor, answer in zip(visitors, answers, strict=True)
            if answer.status_code == 201
        }
        async with _all_of_them_come(started, rooms):
            _all_were_answered(scene, answers, len(started), seats - scene.taken)
            await _full_is_said_quickly(scene, visitors[-1])
            await asyncio.gather(*(_has_agent(scene, session) for session in started.values()))
            await asyncio.gather(*(_end(visitor, scene) for visitor in visitors))
            await asyncio.gather(*(_read_through(scene, *each) for each in started.items()))
    finally:
        await asyncio.gather(*(visitor.leave() for visitor in visitors))


@fault(19, "webhooks duplicated and reordered")
async def webhooks(scene: Scene) -> None:
    scene.mark_fault()
    marks = await _room_marks(scene)
    tales = [tale for person in scene.people for tale in _tales(scene, person, marks)] * 3
    random.shuffle(tales)
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        answers = [await _send(client, scene, tale) for tale in tales]
        forged = await _send(client, scene, tales[0], secret="x" * 32)
    codes = {answer.status_code for answer in answers}
    scene.expect(codes <= {200, 204}, f"webhooks were answered with {codes}")
    scene.expect(forged.status_code in (401, 403), f"a forged one got {forged.status_code}")
    scene.notes.append(f"{len(tales)} webhooks were sent")
    await scene.everybody_goes_on()
    agents_stay(scene)


@contextlib.asynccontextmanager
async def _all_of_them_come(
    started: Iterable[Visitor], rooms: Mapping[Visitor, str]
) -> AsyncIterator[None]:
    """Who has a seat is in the room for the block: a hundred in rooms would take both cores."""
    async with contextlib.AsyncExitStack() as people:
        coming = (visitor.silently_in(rooms[visitor], IDENTITY) for visitor in started)
        await asyncio.gather(*(people.enter_async_context(each) for each in coming))
        yield


async def _has_agent(scene: Scene, session_id: str) -> None:
    """Whoever was not refused gets an agent, and soon."""

    async def is_active() -> bool:
        return bool((await scene.store.session(session_id))["state"] == "active")

    await scene.until(AGENT_SECONDS, is_active, f"the agent of {session_id} comes")


async def _read_through(scene: Scene, visitor: Visitor, session_id: str) -> list[dict[str, Any]]:
    """Reads a session from its beginning to its end, and compares that with the store."""
    follower = Follower(visitor, session_id)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            await follower.run()
    scene.expect(follower.is_over, f"the socket of {session_id} was not closed with 1000")
    stored = await scene.store.events(session_id)
    scene.others.append(session_id)
    scene.findings += compare(stored, [follower])
    return stored


async def _deleted_while_starting(scene: Scene) -> bool:
    """Stop comes while a session starts; it ends all the same. Whether no agent had come yet."""
    visitor, room = Visitor(scene.cluster.url), _room()
    try:
        await visitor.enter()
        async with visitor.silently_in(room, IDENTITY):
            start = asyncio.create_task(_start(visitor, room))
            await scene.until(5, lambda: start.done() or _session_of(visitor), "a session starts")
            while not start.done():
                await _end(visitor, scene)
            answer = await start
            await _end(visitor, scene)
            scene.expect(answer.status_code == 201, f"a start was answered {answer.status_code}")
            stored = await _read_through(scene, visitor, str(answer.json()["session_id"]))
        return all(event.get("event") != "session_started" for event in stored)
    finally:
        await visitor.leave()


def _room() -> str:
    return f"faults-start-{next(_rooms)}"


async def _start(visitor: Visitor, room: str) -> httpx.Response:
    return await visitor.request("POST", "/session", {"room": room, "identity": IDENTITY})


async def _session_of(visitor: Visitor) -> list[str]:
    listed = (await visitor.request("GET", "/sessions?limit=5")).json()["sessions"]
    return [entry["session_id"] for entry in listed if not entry.get("ended_at")]


async def _end(visitor: Visitor, scene: Scene) -> None:
    for session_id in await _session_of(visitor):
        answer = await visitor.request("DELETE", f"/session/{session_id}")
        scene.expect(answer.status_code == 200, f"DELETE was answered {answer.status_code}")


def _all_were_answered(
    scene: Scene, answers: list[httpx.Response], started: int, free: int
) -> None:
    refused = [answer for answer in answers if answer.status_code != 201]
    codes = sorted({answer.status_code for answer in refused})
    scene.notes.append(f"{free} seats were free: {started} starts taken, the others got {codes}")
    scene.expect(started == free > 0, f"{started} sessions were started in {free} free seats")
    scene.expect(codes == [503], f"starts past capacity were answered {codes}")
    silent = [answer for answer in refused if "retry-after" not in answer.headers]
    scene.expect(not silent, f"{len(silent)} refusals have no Retry-After")
    slowest = max((answer.elapsed.total_seconds() for answer in refused), default=0.0)
    scene.notes.append(f"the slowest of {len(refused)} refusals at once took {slowest:.2f} s")


async def _full_is_said_quickly(scene: Scene, visitor: Visitor) -> None:
    """A refusal waits for nothing; the slowest of them also waits for who has the processor."""
    took = []
    for _ in range(REFUSALS):
        answer = await _start(visitor, _room())
        scene.expect(answer.status_code == 503, f"a start when full got {answer.status_code}")
        took.append(answer.elapsed.total_seconds())
    usual, slowest = statistics.median(took), max(took)
    scene.told.append(f"{answer.json().get('code')}: {answer.json().get('detail')}")
    scene.notes.append(
        f"a single refusal took {usual:.3f} s, the slowest of {REFUSALS} {slowest:.3f}"
    )
    scene.expect_in_time(usual, REFUSED_SECONDS, f"a refusal took {usual:.3f} s")
    scene.expect_in_time(slowest, SLOWEST_SECONDS, f"the slowest refusal took {slowest:.3f} s")


async def _room_marks(scene: Scene) -> dict[str, str]:
    """What each room says of whom it belongs to."""
    async with livekit_api(scene.cluster.env) as client:
        rooms = (await client.room.list_rooms(api.ListRoomsRequest())).rooms
    return {room.name: room.metadata for room in rooms}


def _tales(scene: Scene, person: Person, marks: dict[str, str]) -> list[dict[str, Any]]:
    """What LiveKit would say had everybody left and the room been closed, which they did not."""
    room = {"name": person.livekit_room, "metadata": marks.get(person.livekit_room, "")}
    agent = {"identity": scene.agent_of(person).identity}
    told: list[tuple[str, dict[str, Any]]] = [
        ("participant_left", {"identity": person.name}),
        ("participant_joined", {"identity": person.name}),
        ("participant_left", agent),
        ("participant_joined", agent),
        ("room_finished", {}),
        ("room_started", {}),
    ]
    return [
        {
            "event": event,
            "room": room,
            "participant": participant,
            "id": f"EV_{person.name}_{number}",
            "createdAt": str(int(time.time()) - number),
        }
        for number, (event, participant) in enumerate(told)
    ]


async def _send(
    client: httpx.AsyncClient, scene: Scene, tale: dict[str, Any], secret: str = ""
) -> httpx.Response:
    """One webhook, signed as LiveKit signs: a token that carries the hash of the body."""
    body = json.dumps(tale)
    env = scene.cluster.env
    token = api.AccessToken(env["LIVEKIT_API_KEY"], secret or env["LIVEKIT_API_SECRET"])
    token.claims.sha256 = _digest(body)
    headers = {"Authorization": token.to_jwt(), "Content-Type": "application/webhook+json"}
    address = f"{scene.cluster.url}/livekit-webhook"
    return await client.post(address, content=body, headers=headers)


def _digest(body: str) -> str:
    return base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
