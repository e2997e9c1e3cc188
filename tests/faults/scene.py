"""A cluster with people in it, to which a fault is done: what faults do, wait for and expect."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import psutil
from support.limits import is_nearly_in_time
from support.waiting import until_async

from faults.judges.agents import Agent, agents_in, is_alive, unwritten_in
from faults.judges.record import Findings
from faults.judges.store import Store
from faults.people.person import Person, arrive, part

if TYPE_CHECKING:
    from fakes.openai_api import OpenAIStandIn

    from scripts.cluster.cluster import Cluster

T = TypeVar("T")

WORKERS = ("worker-1", "worker-2")
BACKENDS = ("backend-1", "backend-2")
STORES = ("postgres", "redis", "livekit")
SERVICES = (*STORES, *BACKENDS, *WORKERS, "frontend-1", "frontend-2", "caddy")
READY_SECONDS = 180.0
REPLY_SECONDS = 30.0
"""How long we wait for the next reply; what a fault allows is its own expectation."""
STOP_SECONDS = 10.0


class Scene:
    """Where one fault plays, and what is noted on it.

    `others` are sessions of nobody in `people`, and `findings` what was found in them. `waits` are
    the seconds from a fault to the next reply that a person heard, `told` what people were told,
    `misses` the expectations that were not met, `late` those of them that are about time, `hit` the
    services that the fault is done to.
    """

    def __init__(self, cluster: Cluster, models: OpenAIStandIn | None = None) -> None:
        self.cluster = cluster
        self.models = models
        self.store = Store(cluster.env["DATABASE_URL"])
        self.people: list[Person] = []
        self.others: list[str] = []
        self.has_page = False
        self.findings = Findings()
        self.hit: set[str] = set()
        self.waits: list[float] = []
        self._answered: set[str] = set()
        self.recoveries: list[float] = []
        self.told: list[str] = []
        self.notes: list[str] = []
        self.misses: list[str] = []
        self.late: list[str] = []
        self.begun_at = 0.0
        self.struck_at = 0.0
        self.back_at = 0.0
        self._doomed: set[int] = set()
        self.has_gone_on = False
        self.counts_hit_only = False
        """Whether the waits of those whom the fault did not touch would only dilute the others."""

    async def fill(self, count: int) -> None:
        """Lets that many people come and begin to talk."""
        self.people = [Person(self.cluster.url) for _ in range(count)]
        await arrive(self.people)

    @property
    def taken(self) -> int:
        """How many seats the people of this scene have."""
        return len(self.people) + self.has_page

    def mark_fault(self) -> None:
        """Notes that the fault happens now; everybody waits for a reply anew."""
        self.struck_at = self.back_at = time.monotonic()
        self.begun_at = self.begun_at or self.struck_at
        self._answered.clear()

    def back(self) -> None:
        """Notes that what was taken away is there again."""
        self.back_at = time.monotonic()

    def kill(self, pid: int) -> None:
        """The fault is kill -9 of that one process; what it has started has to end too."""
        self.hit |= {name for name in SERVICES if self.cluster.pid(name) == pid}
        self._doomed |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
        self.mark_fault()
        os.kill(pid, signal.SIGKILL)

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """The answer of a blocking step; people go on meanwhile."""
        return await asyncio.to_thread(function, *args)

    async def restart(self, name: str) -> None:
        """Starts a service that the fault took down and returns when it is ready."""
        self.hit.add(name)
        await self.call(self.cluster.start_service, name)
        await self.call(self.cluster.wait_ready, name, READY_SECONDS)

    def pids(self) -> dict[str, int]:
        """The process of each service that is up."""
        return {name: self.cluster.pid(name) for name in SERVICES if self.is_up(name)}

    def expect_others_live(self, before: dict[str, int]) -> None:
        """Every service that the fault was not done to still is the process that it was."""
        now = self.pids()
        gone = [name for name, pid in before.items() if now.get(name) != pid]
        self.expect(set(gone) <= self.hit, f"{sorted(set(gone) - self.hit)} died of it")

    async def mend(self) -> None:
        """Starts everything that is down; what does not come is a miss."""
        for name in SERVICES:
            try:
                if not self.is_up(name):
                    await self.call(self.cluster.start_service, name)
                await self.call(self.cluster.wait_ready, name, READY_SECONDS)
            except Exception as error:
                self.misses.append(str(error))

    def is_up(self, name: str) -> bool:
        """Whether the service's process is alive."""
        pid = self.cluster.pid(name)
        return bool(pid) and is_alive(pid)

    def agents(self) -> list[Agent]:
        """Every agent that ever joined."""
        return [agent for name in WORKERS for agent in agents_in(name, self.cluster.log(name))]

    def agent_of(self, person: Person) -> Agent:
        """The newest agent of the person's session."""
        mine = [agent for agent in self.agents() if agent.session_id == person.session_id]
        assert mine, f"no worker has logged an agent of {person.session_id}"
        return max(mine, key=lambda agent: agent.generation)

    def job_processes(self) -> set[int]:
        """The processes that served one session of this scene each."""
        sessions = {*(person.session_id for person in self.people), *self.others}
        mains = {self.cluster.pid(name) for name in WORKERS}
        served = {agent.pid for agent in self.agents() if agent.session_id in sessions}
        return (served | self._doomed) - mains

    def unwritten(self) -> list[str]:
        """What people's last agents took to write down and did not store before they left."""
        counts = {k: v for name in WORKERS for k, v in unwritten_in(self.cluster.log(name)).items()}
        last = [self.agent_of(person) for person in self.people if person.session_id]
        left = {agent: counts.get((agent.session_id, agent.generation), "all") for agent in last}
        return [
            f"{agent.identity} did not store {count} events"
            for agent, count in left.items()
            if count
        ]

    def expect(self, is_met: object, what: str) -> None:
        """Notes an expectation that is not met; the fault goes on."""
        if not is_met:
            self.misses.append(what)

    def expect_in_time(self, seconds: float, limit: float, what: str) -> None:
        """The same of how long something took, which also depends on how busy the machine is.

        What is late by no more than a fifth is noted, not missed.
        """
        if not is_nearly_in_time(seconds, limit):
            self.misses.append(what)
            self.late.append(what)
        elif seconds > limit:
            self.notes.append(f"late: {what}, and {limit:g} s are allowed")

    async def until(self, seconds: float, condition: Callable[[], Any], what: str) -> Any:
        """The condition's first truthy answer; None and a miss when there was none in time."""
        try:
            return await until_async(condition, seconds=seconds, what=what)
        except AssertionError:
            self.misses.append(f"{what}: not within {seconds:g} s")
            return None

    async def until_replying(self, person: Person, seconds: float = 0.5) -> None:
        """Returns when the agent has been speaking to the person for that long."""
        ear = person.media.ear
        await until_async(
            lambda: ear.is_hearing() and ear.spoken_seconds() >= seconds,
            seconds=40,
            what=f"the agent speaks to {person.name}",
        )

    async def hear(self, person: Person, other_than: str, since: float) -> float | None:
        """Seconds from that moment to the next voice, not of that identity; None and a miss."""
        ear = person.media.ear
        what = f"{person.name} hears a voice"
        voice = await self.until(REPLY_SECONDS, lambda: ear.onset(since, other_than), what)
        if voice is None:
            return None
        self.note_wait(person.name, voice.start - since)
        return voice.start - since

    def note_wait(self, name: str, seconds: float) -> None:
        """That somebody was answered so many seconds after the fault."""
        self._answered.add(name)
        self.waits.append(seconds)

    async def everybody_goes_on(self) -> None:
        """Waits until all have had a reply since the fault, and one to a line said later."""
        self.has_gone_on = True
        await asyncio.gather(
            *(self._goes_on(person) for person in self.people if person.is_talking)
        )

    async def empty(self) -> None:
        """Everybody presses Stop and reads on until the server closes the socket."""
        await asyncio.gather(*(self.stop(person) for person in self.people))

    async def close(self) -> None:
        """Lets everybody go."""
        await part(self.people)

    async def _goes_on(self, person: Person) -> None:
        if not self.counts_hit_only and person.name not in self._answered:
            turn = await self._within_reply(lambda: person.answered_since(self.struck_at))
            if turn and turn.heard_at:
                self.note_wait(person.name, turn.heard_at - self.struck_at)
        if not await self._within_reply(lambda: person.replied_since(self.back_at)):
            turns = person.told_turns(self.struck_at)
            self.misses.append(
                f"{person.name} got no reply within {REPLY_SECONDS:g} s to a line said afterwards; "
                f"lines said and replies heard, in seconds from the fault: {turns}"
            )

    async def _within_reply(self, condition: Callable[[], T]) -> T | None:
        try:
            return await until_async(condition, seconds=REPLY_SECONDS)
        except AssertionError:
            return None

    async def stop(self, person: Person) -> None:
        """The person presses Stop and reads on until the server closes the sockets."""
        try:
            await person.stop()
        except Exception as error:
            self.misses.append(f"{person.name} could not stop: {error!r}")
        if not await person.read_to_the_end(STOP_SECONDS):
            codes = [[one.close_code for one in f.connections] for f in person.followers]
            self.misses.append(f"sockets of {person.name} were not closed with 1000: {codes}")
