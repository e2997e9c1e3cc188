"""One fault from the first person's coming to the last thing that is left."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from faults.judges import leftovers, recordings
from faults.judges.observer import goes_on, observer
from faults.judges.record import Findings, compare
from faults.judges.segments import unsettled

from .registry import Fault
from .scene import Scene

if TYPE_CHECKING:
    from fakes.openai_api import OpenAIStandIn

    from scripts.cluster.cluster import Cluster

SOCKET_SECONDS = 2.0
"""Within which sockets have to be back once the server is."""


@dataclass
class Outcome:
    """What a fault did. It passed when `misses` is empty."""

    number: int
    name: str
    sessions: int = 0
    findings: Findings = field(default_factory=Findings)
    waits: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    left_seconds: float = 0.0
    misses: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    seconds: float = 0.0
    is_second_try: bool = False

    @property
    def has_passed(self) -> bool:
        return not self.misses

    @property
    def was_only_late(self) -> bool:
        """Whether it failed on nothing but how long something took."""
        return bool(self.late) and len(self.late) == len(self.misses)


async def run(fault: Fault, cluster: Cluster, models: OpenAIStandIn | None = None) -> Outcome:
    """Does the fault to the cluster and looks at what came of it; never raises what it finds."""
    begun = time.monotonic()
    scene = Scene(cluster, models)
    outcome = Outcome(fault.number, fault.name, misses=scene.misses, late=scene.late)
    try:
        await scene.mend()
        before = scene.pids()
        await _act(fault, scene)
        scene.expect_others_live(before)
        await scene.mend()
        await _look(scene, outcome, fault)
    except Exception as error:
        scene.misses.append(f"the run broke off: {type(error).__name__}: {error}")
    finally:
        await scene.close()
    outcome.seconds = time.monotonic() - begun
    return outcome


async def _act(fault: Fault, scene: Scene) -> None:
    try:
        async with contextlib.AsyncExitStack() as stack:
            if fault.people:
                await scene.fill(fault.people)
            if fault.has_page:
                tab = await stack.enter_async_context(observer(scene))
                scene.has_page = True
            async with asyncio.timeout(fault.seconds):
                await fault.act(scene)
                if not scene.has_gone_on:
                    await scene.everybody_goes_on()
            if fault.has_page:
                await goes_on(scene, tab, is_deaf=fault.is_deaf)
    except TimeoutError:
        scene.misses.append(f"not done within {fault.seconds:g} s")
    except AssertionError as error:
        scene.misses.append(str(error))
    except Exception as error:
        scene.misses.append(f"{type(error).__name__}: {error}")


async def _look(scene: Scene, outcome: Outcome, fault: Fault) -> None:
    outcome.told = [*scene.told, *_errors(scene)]
    outcome.recoveries = [*scene.recoveries, *_recoveries(scene)]
    await scene.empty()
    await asyncio.gather(*(person.media.leave() for person in scene.people))
    outcome.sessions = len(scene.people) + len(scene.others)
    outcome.findings = scene.findings
    outcome.waits = scene.waits
    outcome.notes = scene.notes
    for person in scene.people:
        if person.session_id:
            stored = await scene.store.events(person.session_id)
            outcome.findings += compare(stored, person.followers)
            found = [] if fault.is_deaf else unsettled(stored)
            scene.expect(not found, f"segments of {person.name} ({person.session_id}): {found}")
            if fault.is_recorded:
                await recordings.judge(scene, person)
    outcome.left_seconds, outcome.left = await leftovers.until_nothing(
        scene.store, scene.cluster.env, scene.job_processes()
    )
    outcome.findings.lost += scene.unwritten()
    _judge(scene, outcome)


def _judge(scene: Scene, outcome: Outcome) -> None:
    scene.misses += outcome.findings.complaints
    scene.misses += [f"left behind: {thing}" for thing in outcome.left]
    slowest = max(outcome.recoveries, default=0.0)
    scene.expect_in_time(slowest, SOCKET_SECONDS, f"a socket took {slowest:.1f} s to be back")


def _errors(scene: Scene) -> list[str]:
    codes = [error["code"] for person in scene.people for error in person.told(scene.begun_at)]
    return [f"{codes.count(code)} x {code}" for code in dict.fromkeys(codes)]


def _recoveries(scene: Scene) -> list[float]:
    return [
        seconds
        for person in scene.people
        for follower in person.followers
        for seconds in follower.recovery_seconds(scene.begun_at, scene.back_at)
    ]
