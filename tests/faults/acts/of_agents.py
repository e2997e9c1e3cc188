"""Faults 1 to 3: an agent's process, its worker, and a worker that is asked to go."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from faults.acts.of_backends import agents_stay
from faults.judges.agents import Agent
from faults.judges.segments import unsettled
from faults.people.person import Person
from faults.registry import fault
from faults.scene import REPLY_SECONDS, Scene

PROGRESS_SECONDS = 2.0
"""Of a reply; so often at least what has been said of it is stored."""
VOICE_SECONDS = 5.0
"""Within which a new agent has to speak."""
FAREWELL_SECONDS = 0.5
"""Within which what an agent stored before it was killed arrives; others close for it later."""
DRAIN_SECONDS = 8
"""How long a worker of ours lets its sessions go on when it is asked to stop."""
EXIT_SECONDS = DRAIN_SECONDS + 30.0


@fault(1, "kill -9 of the job process in mid-sentence", in_ci=True, is_recorded=True)
async def job_process(scene: Scene) -> None:
    victim = scene.people[0]
    await kill_agent(scene, victim)
    agents_stay(scene, scene.people[1:])


@fault(2, "kill -9 of a worker", in_ci=True, people=4, has_page=False, is_recorded=True)
async def worker(scene: Scene) -> None:
    await scene.until_replying(scene.people[0])
    name = scene.agent_of(scene.people[0]).worker
    dead = _agents_on(scene, name)
    scene.kill(scene.cluster.pid(name))
    scene.notes.append(f"{len(dead)} of {len(scene.people)} sessions were on that worker")
    since = scene.struck_at
    await asyncio.gather(*(_succeeded(scene, person, agent, since) for person, agent in dead))
    _others_stay(scene, dead)


@fault(3, "SIGTERM to a worker in a session")
async def drained_worker(scene: Scene) -> None:
    await scene.until_replying(scene.people[0])
    name = scene.agent_of(scene.people[0]).worker
    moved = _agents_on(scene, name)
    scene.mark_fault()
    scene.hit.add(name)
    await scene.call(scene.cluster.terminate, name)
    scene.notes.append(f"{len(moved)} of {len(scene.people)} sessions were on that worker")
    await asyncio.gather(*(_handed_over(scene, person, agent) for person, agent in moved))
    scene.back()
    _others_stay(scene, moved)
    await scene.call(scene.cluster.wait_exit, name, EXIT_SECONDS)
    lost = [error for person in scene.people for error in person.told(scene.struck_at)]
    scene.expect(not lost, f"people were told of errors: {lost}")


async def kill_agent(scene: Scene, victim: Person) -> float | None:
    """Kills the person's agent in mid-sentence: seconds until its successor spoke."""
    await scene.until_replying(victim, PROGRESS_SECONDS)
    dead = scene.agent_of(victim)
    voice = victim.media.ear.voices[-1]
    scene.kill(dead.pid)
    waited = await _succeeded(scene, victim, dead, scene.struck_at)
    await _open_segment_is_settled(scene, victim, voice.start)
    return waited


async def _succeeded(scene: Scene, person: Person, dead: Agent, since: float) -> float | None:
    scene.counts_hit_only = True
    person.listen()
    waited, joined = await asyncio.gather(
        scene.hear(person, dead.identity, since), _joined(scene, person, dead, since)
    )
    person.speak()
    if waited is None or joined is None:
        return None
    scene.notes.append(f"the next agent was in the room after {joined:.1f} s, heard {waited:.1f} s")
    late = f"{person.name} waited {waited:.1f} s for the new agent's voice"
    scene.expect_in_time(waited, VOICE_SECONDS, late)
    return waited


async def _joined(scene: Scene, person: Person, dead: Agent, since: float) -> float | None:
    """Seconds from that moment until another agent was in the room."""
    mine = f"agent-{person.session_id}-"

    def is_there() -> bool:
        here = [who for who in person.media.others() if who.startswith(mine)]
        return any(who != dead.identity for who in here)

    if not await scene.until(REPLY_SECONDS, is_there, f"{person.name} gets another agent"):
        return None
    return time.monotonic() - since


async def _handed_over(scene: Scene, person: Person, old: Agent) -> None:
    room = person.media
    what = f"the old agent of {person.name} leaves"
    if await scene.until(EXIT_SECONDS, lambda: old.identity not in room.others(), what):
        await _succeeded(scene, person, old, time.monotonic())


async def _open_segment_is_settled(scene: Scene, person: Person, heard_since: float) -> None:
    """The reply that was cut off has the words that had been shown for 2 s when it was.

    Everything that was said before it has all its words.
    """
    follower = person.followers[0]

    def lost() -> list[dict[str, Any]]:
        told = follower.events("error", scene.struck_at)
        return [error for error in told if error["code"] == "agent_lost"]

    if not await scene.until(10, lost, f"{person.name} is told that the agent was lost"):
        return
    last_seq = lost()[-1]["seq"]
    begun = [e for e in follower.events("speech_started") if e["seq"] < last_seq]
    finals = {e["segment"]: e for e in follower.messages if e.get("final")}
    spoken = [event["segment"] for event in begun if event["role"] == "agent"]
    last = finals.get(spoken[-1])
    is_whole = last and heard_since < last["received"] < scene.struck_at + FAREWELL_SECONDS
    is_known = is_whole or (last and last.get("interrupted") and last["received"] > heard_since)
    scene.expect(is_known, f"the reply to {person.name} is not settled: {last}")
    shown = follower.words_by(scene.struck_at - PROGRESS_SECONDS, spoken[-1])
    is_kept = last and str(last["text"]).startswith(shown)
    scene.expect(is_kept, f"{person.name} was shown {shown!r}, which became {last}")
    found = unsettled(follower.messages, before=last_seq)
    scene.expect(not found, f"segments of {person.name} ({person.session_id}): {found}")


def _others_stay(scene: Scene, hit: list[tuple[Person, Agent]]) -> None:
    """Who was elsewhere kept their agent."""
    agents_stay(scene, [person for person in scene.people if person not in dict(hit)])


def _agents_on(scene: Scene, worker: str) -> list[tuple[Person, Agent]]:
    pairs = [(person, scene.agent_of(person)) for person in scene.people]
    return [(person, agent) for person, agent in pairs if agent.worker == worker]
