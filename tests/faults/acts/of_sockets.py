"""Faults 12 and 13: a socket that stops reading, and 200 sockets on one session."""

from __future__ import annotations

import asyncio
import sys
import time

from support.backend import FOLDER

from faults.acts.of_backends import agents_stay
from faults.people.follower import Follower, StalledFollower
from faults.people.person import Person
from faults.registry import fault
from faults.scene import BACKENDS, Scene

FLOOD = 1000
BATCH = 20
WORDS = 30_000
"""Characters in each of those events, so that no buffer on the way holds them all."""
SOCKETS = 200
FLOOD_SECONDS = 120.0
STALL_SECONDS = 12.0
"""Longer than the backend waits for a socket that takes nothing (10 s)."""
FLOOD_SCRIPT = """
import asyncio
from channels.db import database_sync_to_async
from django.db import transaction
from voice_sessions import models
from voice_sessions.actions import event_log
from voice_sessions.events import Final

def store(session, first):
    with transaction.atomic():
        for number in range(first, first + {batch}):
            words = Final(role="user", text="x" * {words}, segment=f"flood-{{number}}")
            event_log.append(session.id, session.generation, words)

async def flood():
    session = await models.Session.objects.aget(id={session_id!r})
    for first in range(0, {count}, {batch}):
        await database_sync_to_async(store)(session, first)

asyncio.run(flood())
"""


@fault(12, "a socket that stops reading while 1,000 events pass", seconds=240)
async def stalled_socket(scene: Scene) -> None:
    person = scene.people[0]
    stalled = StalledFollower(person.visitor, person.session_id)
    person.follow(stalled)
    await scene.until(10, lambda: stalled.has_stalled, "the socket opens and stops reading")
    dropped_before = _dropped(scene)
    scene.mark_fault()
    try:
        await _flood(scene, person)
        last_seq = (await scene.store.session(person.session_id))["last_seq"]
        await _reaches(scene, person.followers[0], last_seq, "the socket that reads")
        await asyncio.sleep(STALL_SECONDS)
    finally:
        stalled.go_on()
    await _reaches(scene, stalled, last_seq, "the socket that reads again")
    dropped = _dropped(scene) - dropped_before
    scene.expect(dropped, "the socket was not dropped, so nothing was proved")
    scene.notes.append(f"{dropped} sockets were dropped for not reading")
    agents_stay(scene)


@fault(13, "200 sockets on one session", seconds=180)
async def many_sockets(scene: Scene) -> None:
    person = scene.people[0]
    scene.mark_fault()
    followers = [person.follow() for _ in range(SOCKETS)]
    opened = lambda: all(follower.is_caught_up for follower in followers)  # noqa: E731
    await scene.until(60, opened, f"{SOCKETS} sockets are caught up")
    scene.mark_fault()
    await scene.everybody_goes_on()
    delays = [d for follower in followers for d in follower.delays(scene.struck_at)]
    scene.notes.append(
        f"{len(delays)} deliveries, the slowest {max(delays, default=0):.2f} s after it was stored"
    )
    agents_stay(scene)


async def _flood(scene: Scene, person: Person) -> None:
    numbers = {"count": FLOOD, "batch": BATCH, "words": WORDS}
    script = FLOOD_SCRIPT.format(session_id=person.session_id, **numbers)
    shell = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", "shell", "-c", script), cwd=FOLDER, env=scene.cluster.env
    )
    begun = time.monotonic()
    try:
        async with asyncio.timeout(FLOOD_SECONDS):
            scene.expect(await shell.wait() == 0, f"{FLOOD} events are not stored")
    except TimeoutError:
        shell.kill()
        raise AssertionError(f"{FLOOD} events are not stored in {FLOOD_SECONDS:g} s") from None
    scene.notes.append(f"{FLOOD} events were stored in {time.monotonic() - begun:.1f} s")


async def _reaches(scene: Scene, follower: Follower, seq: int, who: str) -> None:
    await scene.until(30, lambda: follower.last_seq >= seq, f"{who} has event {seq}")


def _dropped(scene: Scene) -> int:
    logs = (scene.cluster.log(name) for name in BACKENDS)
    return sum(log.read_text(errors="replace").count("socket_dropped") for log in logs)
