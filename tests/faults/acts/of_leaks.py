"""Fault 20: 500 starts and ends leave the processes as 50 did."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from support.waiting import until_async

from faults.judges.record import compare
from faults.people.person import Person
from faults.registry import fault
from faults.scene import BACKENDS, WORKERS, Scene

STARTS = 500
WARM = 50
AT_ONCE = 4
GROWTH = 0.05
POOL_SIZE = 6
"""By how many threads, or pooled connections, may grow: pools get as many as are needed at once,
and keep them."""
SESSION_SECONDS = 30.0
SETTLE_SECONDS = 60.0
ANSWER_SECONDS = 20.0


@dataclass(frozen=True)
class Use:
    """What a process holds; `pooled` are its connections to the stores and from the proxy, apart.

    `kinds` says of what kind the descriptors are, those of the stores included.
    """

    memory_mb: float
    descriptors: int
    pooled: int
    threads: int
    tasks: int
    kinds: Counter[str]


@fault(20, "500 starts and ends", people=0, seconds=3600, has_page=False, is_fresh=True)
async def wear(scene: Scene) -> None:
    scene.mark_fault()
    names = (*BACKENDS, *WORKERS)
    await _rounds(scene, WARM)
    before = await _settled(scene, names)
    await _rounds(scene, STARTS - WARM)
    after = await _settled(scene, names)
    for name in names:
        _compare(scene, name, before[name], after[name])


async def _rounds(scene: Scene, count: int) -> None:
    left = iter(range(count))

    async def one_after_the_other() -> None:
        for _ in left:
            await _one(scene)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def _one(scene: Scene) -> None:
    """A session that starts, greets somebody who says nothing, and ends."""
    person = Person(scene.cluster.url)
    try:
        await person.visitor.enter()
        async with person.visitor.silently_in(person.room, person.name):
            await person.start()
            follower = person.followers[0]
            await until_async(
                lambda: follower.events("session_started"),
                seconds=SESSION_SECONDS,
                what="the session has started",
            )
            await person.stop()
            scene.expect(await person.read_to_the_end(SESSION_SECONDS), "a session does not end")
        stored = await scene.store.events(person.session_id)
        scene.others.append(person.session_id)
        scene.findings += compare(stored, person.followers)
    finally:
        await person.leave()


async def _settled(scene: Scene, names: tuple[str, ...]) -> dict[str, Use]:
    """What the processes hold once it has not changed for some seconds."""
    deadline = time.monotonic() + SETTLE_SECONDS
    last: dict[str, Use] = {}
    while time.monotonic() < deadline:
        now = {name: await _use(scene, name) for name in names}
        if {n: (u.descriptors, u.threads) for n, u in now.items()} == {
            n: (u.descriptors, u.threads) for n, u in last.items()
        }:
            return now
        last = now
        await asyncio.sleep(5)
    return last


async def _use(scene: Scene, name: str) -> Use:
    pid = scene.cluster.pid(name)
    process = Path(f"/proc/{pid}")
    status = dict(
        line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line
    )
    stores = {urlsplit(scene.cluster.env[name]).port for name in ("DATABASE_URL", "CHANNEL_LAYERS")}
    own = scene.cluster.port(name)
    connections = psutil.Process(pid).net_connections("tcp")
    peers = [one for one in connections if one.raddr]
    pooled = sum(one.raddr.port in stores or one.laddr.port == own for one in peers)
    return Use(
        int(status["VmRSS"].split()[0]) / 1024,
        len(list((process / "fd").iterdir())) - pooled,
        pooled,
        int(status["Threads"]),
        await _tasks(scene, name, pid),
        _kinds(process, connections),
    )


def _kinds(process: Path, connections: list[Any]) -> Counter[str]:
    """How many of its descriptors are files, pipes and so on, and connections by their states."""
    kinds: Counter[str] = Counter()
    for descriptor in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            kinds[descriptor.readlink().as_posix().split(":")[0]] += 1
    del kinds["socket"]
    for one in connections:
        ports = f"{one.laddr.port} to {one.raddr.port}" if one.raddr else f"{one.laddr.port}"
        kinds[f"{one.status} {ports}"] += 1
    return kinds


async def _tasks(scene: Scene, name: str, pid: int) -> int:
    """How many asyncio tasks the process has, by what it answers to SIGUSR1 in its log."""
    path = scene.cluster.log(name)
    before = path.stat().st_size

    def answer() -> list[str]:
        with path.open("rb") as file:
            file.seek(before)
            lines = file.read().decode(errors="replace").splitlines()
        return [line for line in lines if '"in_use"' in line and line.endswith("}")]

    os.kill(pid, signal.SIGUSR1)
    (line, *_) = await until_async(answer, seconds=ANSWER_SECONDS, what=f"{name} tells its tasks")
    return int(json.loads(line)["tasks"])


def _compare(scene: Scene, name: str, before: Use, after: Use) -> None:
    for what in ("memory_mb", "descriptors", "pooled", "threads", "tasks"):
        old, new = getattr(before, what), getattr(after, what)
        most = old + POOL_SIZE if what in ("pooled", "threads") else old * (1 + GROWTH)
        scene.expect(new <= most, f"{what} of {name} grew from {old:g} to {new:g}")
    if after.descriptors > before.descriptors:
        scene.notes.append(f"{name} has more of {dict(after.kinds - before.kinds)}")
    scene.notes.append(
        f"{name}: {before.memory_mb:.0f} → {after.memory_mb:.0f} MB, "
        f"{before.descriptors} → {after.descriptors} descriptors, "
        f"{before.pooled} → {after.pooled} pooled connections, "
        f"{before.threads} → {after.threads} threads, {before.tasks} → {after.tasks} tasks"
    )
