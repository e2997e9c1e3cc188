"""Fault 1 again and again: how long a person waits for the next agent, from enough samples."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from faults import report
from faults.acts.of_agents import VOICE_SECONDS, kill_agent
from faults.judges import leftovers
from faults.judges.record import compare
from faults.people.person import Person, arrive

from .installation import Installation
from .registry import FAULTS
from .run import Outcome
from .scene import Scene

PEOPLE = 4
KILLS_EACH = 3
"""A session is given that many agents anew; then it would end as agent_failed."""


async def run(count: int, keep: Path | None) -> Outcome:
    """What came of that many kills, one after the other, while four people talk."""
    with Installation(keep) as installation:
        cluster, _ = await asyncio.to_thread(installation.open)
        scene = Scene(cluster)
        outcome = Outcome(1, f"{count} x {FAULTS[1].name}", misses=scene.misses)
        begun = time.monotonic()
        try:
            await _all(scene, outcome, count)
        finally:
            await scene.close()
        outcome.seconds = time.monotonic() - begun
    _judge(outcome)
    return outcome


async def _all(scene: Scene, outcome: Outcome, count: int) -> None:
    killed: dict[str, int] = {}
    await scene.fill(PEOPLE)
    for number in range(count):
        victim = scene.people[number % PEOPLE]
        await _kill(scene, outcome, victim)
        killed[victim.name] = killed.get(victim.name, 0) + 1
        if killed[victim.name] == KILLS_EACH:
            scene.people[number % PEOPLE] = await _replaced(scene, outcome, victim)
    for person in scene.people:
        await _goes(scene, outcome, person)
    processes = scene.job_processes()
    outcome.left_seconds, outcome.left = await leftovers.until_nothing(
        scene.store, scene.cluster.env, processes
    )


async def _kill(scene: Scene, outcome: Outcome, victim: Person) -> None:
    try:
        waited = await kill_agent(scene, victim)
    except AssertionError as error:
        scene.misses.append(str(error))
        return
    if waited is not None:
        outcome.waits.append(waited)
        print(f"{len(outcome.waits)}: {waited:.2f} s", flush=True)


async def _replaced(scene: Scene, outcome: Outcome, person: Person) -> Person:
    await _goes(scene, outcome, person)
    await person.leave()
    successor = Person(scene.cluster.url)
    await arrive([successor])
    return successor


async def _goes(scene: Scene, outcome: Outcome, person: Person) -> None:
    """The person stops; the sockets are compared with the store."""
    await scene.stop(person)
    await person.media.leave()
    outcome.sessions += 1
    scene.others.append(person.session_id)
    stored = await scene.store.events(person.session_id)
    outcome.findings += compare(stored, person.followers)


def _judge(outcome: Outcome) -> None:
    """The goal is the 99th percentile, so a single slow one is no miss among a hundred."""
    slow = [miss for miss in outcome.misses if "for the new agent's voice" in miss]
    outcome.misses[:] = [miss for miss in outcome.misses if miss not in slow]
    outcome.misses += outcome.findings.complaints
    outcome.misses += [f"left behind: {thing}" for thing in outcome.left]
    worst = report.percentile(outcome.waits, 0.99) if outcome.waits else float("inf")
    if worst > VOICE_SECONDS:
        outcome.misses.append(f"p99 of {len(outcome.waits)} waits is {worst:.1f} s")
