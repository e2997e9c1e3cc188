"""Faults 4 and 5: a backend is killed, and both are restarted one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from faults.people.follower import Connection
from faults.people.person import Person
from faults.registry import fault
from faults.scene import BACKENDS, Scene

EXIT_SECONDS = 30.0


@fault(4, "kill -9 of a backend", in_ci=True, is_recorded=True)
async def backend(scene: Scene) -> None:
    await scene.until_replying(scene.people[0])
    scene.kill(scene.cluster.pid(BACKENDS[0]))
    await scene.everybody_goes_on()
    await sockets_come_back(scene)
    agents_stay(scene)


@fault(5, "rolling restart of both backends", seconds=180)
async def rolling_restart(scene: Scene) -> None:
    await scene.until_replying(scene.people[0])
    scene.mark_fault()
    for name in BACKENDS:
        scene.hit.add(name)
        await scene.call(scene.cluster.terminate, name)
        await scene.call(scene.cluster.wait_exit, name, EXIT_SECONDS)
        await scene.restart(name)
    await scene.everybody_goes_on()
    await sockets_come_back(scene)
    agents_stay(scene)
    broken = {one.close_code for one in _connections(scene) if one.close_code}
    scene.expect(broken <= {1012}, f"sockets were closed with {sorted(broken)}, not 1012")


async def sockets_come_back(scene: Scene) -> None:
    """Every socket that broke is caught up again; at least one has to have broken."""
    broken = [one for one in _connections(scene) if (one.closed_at or 0) >= scene.struck_at]
    scene.expect(broken, "no socket broke, so nothing was proved")
    codes = sorted({one.close_code for one in broken if one.close_code})
    scene.notes.append(f"{len(broken)} connections broke or failed, with {codes}")
    for person in scene.people:
        caught_up = partial(getattr, person.followers[0], "is_caught_up")
        await scene.until(15, caught_up, f"the socket of {person.name} is caught up")


def agents_stay(scene: Scene, people: Sequence[Person] | None = None) -> None:
    """None of them, or nobody, lost an agent over it."""
    for person in scene.people if people is None else people:
        generation = scene.agent_of(person).generation
        scene.expect(generation == 1, f"{person.name} has agent number {generation}")


def _connections(scene: Scene) -> list[Connection]:
    return [one for person in scene.people for one in person.followers[0].connections]
