"""Faults 22 and 23: clients that are slow on purpose, and strangers who take every seat."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

import httpx
from support.speech import line
from support.waiting import until_async

from faults.judges.record import compare
from faults.people.clients import Clients, Tally
from faults.people.person import GREETING_SECONDS, LINES, REPLY_SECONDS, Person
from faults.people.strangers import HONEST, STRANGER, request, strangers
from faults.people.visitor import Visitor
from faults.registry import fault
from faults.scene import BACKENDS, STOP_SECONDS, Scene

SLOW = 1000
BODY = "x" * 1000
VISIT_SECONDS = 45.0
MORE_SECONDS = 3.0
"""By how much longer each step of a visit may take while others are slow."""
ANSWER_SECONDS = 10.0
HELD = 64
"""Of a thousand, at one server: what SLOW_CLIENTS_PER_ADDRESS allows, and those that just came."""
COOKIES = 4
SIEGE_SECONDS = 30.0
BEFORE_SECONDS = 8.0
"""For how long the strangers are at it before somebody honest comes."""
FORGET_SECONDS = 40.0
"""Within which the strangers' last sessions have ended."""
BREATH = 0.5
SPEECH = "/v1/audio/speech"
_rooms = count(1)


@fault(22, "thousands of slow clients", people=2, seconds=1200, has_page=False, has_limits=True)
async def slow_clients(scene: Scene) -> None:
    scene.mark_fault()
    usual = await _visit(scene, "before them")
    scene.notes.append(f"a visit by itself: {_steps(usual)}")
    for name, clients in _slow_kinds(scene):
        async with strangers(clients) as tally:
            steps = await _visit(scene, name)
            direct = await asyncio.gather(*(_asks(scene, name, one) for one in clients.origins))
        steps |= {"answer": max(direct)}
        scene.notes.append(f"{name}: {_steps(steps)}; {_fate(tally, clients.count)}")
        for step, seconds in steps.items():
            limit = usual.get(step, 0.0) + MORE_SECONDS
            scene.expect_in_time(seconds, limit, f"{name}: {step} took {seconds:.1f} s")
        if scene.cluster.url not in clients.origins:
            is_met = tally.held <= HELD * len(clients.origins)
            scene.expect(is_met, f"{name}: {tally.held} of {clients.count} are held")
    scene.mark_fault()
    await scene.everybody_goes_on()


@fault(23, "strangers take seats", people=0, seconds=180, has_page=False, has_limits=True)
async def seats(scene: Scene) -> None:
    assert scene.models, "there is no stand-in to count what is bought"
    scene.mark_fault()
    before = len(scene.models.requests(SPEECH))
    await _visit(scene, "before them", has_reply=False)
    price = len(scene.models.requests(SPEECH)) - before
    siege = [Besieger(Visitor(scene.cluster.url, STRANGER)) for _ in range(COOKIES)]
    tasks = [asyncio.create_task(one.run()) for one in siege]
    await asyncio.sleep(BEFORE_SECONDS)
    steps = await _visit(scene, "while strangers take seats", has_reply=False)
    scene.notes.append(f"an honest person meanwhile: {_steps(steps) or 'got nothing'}")
    await asyncio.gather(*tasks)
    paid = price * (1 + bool(steps.get("greeting")))
    bought = len(scene.models.requests(SPEECH)) - before - paid
    await _nothing_is_gained(scene, siege, bought)


@dataclass
class Besieger:
    """Somebody with a cookie who starts sessions and never joins their rooms."""

    visitor: Visitor
    sessions: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    async def run(self) -> None:
        """Starts one after the other, as quickly as they are let."""
        await self.visitor.enter()
        end = time.monotonic() + SIEGE_SECONDS
        while time.monotonic() < end:
            body = {"room": f"faults-siege-{next(_rooms)}", "identity": "nobody"}
            answer = await self.visitor.request("POST", "/session", body)
            self.answers[answer.status_code] += 1
            if answer.status_code == httpx.codes.CREATED:
                self.sessions.append(str(answer.json()["session_id"]))
            else:
                await asyncio.sleep(BREATH)

    async def history(self) -> list[str]:
        """What stands in their History."""
        listed = (await self.visitor.request("GET", "/sessions")).json()["sessions"]
        return [str(entry["session_id"]) for entry in listed]


async def _nothing_is_gained(scene: Scene, siege: list[Besieger], bought: int) -> None:
    """Nothing was spoken to the strangers, and nothing of them is shown to anybody."""
    sessions = [session for one in siege for session in one.sessions]
    answers = sum((one.answers for one in siege), Counter[int]())
    told = ", ".join(f"{number} x {status}" for status, number in sorted(answers.items()))
    scene.notes.append(f"strangers' starts were answered {told}; {bought} times speech was bought")
    scene.others += sessions
    # An honest visit that ends a little sooner costs a sentence less; a start buys three at least.
    scene.expect(bought <= 0, f"speech was bought {bought} times for nobody")

    async def have_ended() -> bool:
        return all(row["state"] == "ended" for row in await scene.store.sessions(sessions))

    await scene.until(FORGET_SECONDS, have_ended, "the strangers' sessions end")
    reasons = Counter(row["end_reason"] for row in await scene.store.sessions(sessions))
    scene.notes.append(f"their sessions ended as {dict(reasons)}")
    shown = [entry for one in siege for entry in await one.history()]
    scene.expect(not shown, f"{len(shown)} of the strangers' sessions stand in History")
    await asyncio.gather(*(one.visitor.leave() for one in siege))


async def _visit(scene: Scene, when: str, *, has_reply: bool = True) -> dict[str, float]:
    """An honest person comes, talks and goes; how many seconds each step took."""
    person = Person(scene.cluster.url, HONEST)
    steps: dict[str, float] = {}
    wanted: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("page", person.visitor.enter),
        ("room", person.media.join),
        ("start", person.start),
        ("greeting", lambda: _greeted(person)),
        *([("reply", lambda: _replied(person))] if has_reply else []),
    ]
    try:
        async with asyncio.timeout(VISIT_SECONDS):
            for step, do in wanted:
                begun = time.monotonic()
                await do()
                steps[step] = time.monotonic() - begun
            await person.stop()
        await _leaves_a_record(scene, person)
    except Exception as error:
        missing = next((step for step, _ in wanted if step not in steps), "stop")
        scene.misses.append(f"{when}: no {missing} for an honest person: {error!r}")
    finally:
        await person.leave()
    return steps


async def _asks(scene: Scene, when: str, origin: str) -> float:
    """How long somebody honest, on a new connection, waits for an answer, whatever it is."""
    transport = httpx.AsyncHTTPTransport(verify=False, local_address=HONEST)
    begun = time.monotonic()
    async with httpx.AsyncClient(transport=transport, timeout=ANSWER_SECONDS) as client:
        try:
            await client.get(f"{origin}/health")
        except httpx.HTTPError as error:
            scene.misses.append(f"{when}: no answer from {origin}: {error!r}")
    return time.monotonic() - begun


async def _greeted(person: Person) -> None:
    ear = person.media.ear
    await until_async(lambda: ear.voices, seconds=GREETING_SECONDS, what="a greeting is heard")


async def _replied(person: Person) -> None:
    ear = person.media.ear
    await ear.until_quiet(1.0)
    said_at = await person.media.say(line(LINES[0]))
    await until_async(lambda: ear.onset(said_at), seconds=REPLY_SECONDS, what="a reply is heard")


async def _leaves_a_record(scene: Scene, person: Person) -> None:
    is_over = await person.read_to_the_end(STOP_SECONDS)
    scene.expect(is_over, f"the socket of {person.session_id} was not closed with 1000")
    stored = await scene.store.events(person.session_id)
    scene.others.append(person.session_id)
    scene.findings += compare(stored, person.followers)


def _slow_kinds(scene: Scene) -> list[tuple[str, Clients]]:
    """Each kind of slowness, through the proxy and at the servers themselves."""

    def direct(*names: str) -> list[str]:
        return [f"http://127.0.0.1:{scene.cluster.port(name)}" for name in names]

    proxy = [scene.cluster.url]
    kinds = []
    for where, origins, path in (
        ("the proxy", proxy, "/visitor-token"),
        ("the proxy", proxy, "/session"),
        ("the sites", direct("frontend-1", "frontend-2"), "/visitor-token"),
        ("the backends", direct(*BACKENDS), "/session"),
    ):
        whole = request(origins[0], "POST", path, BODY, Content_Type="application/json")
        heads = {
            f"slow bodies of {path}": (whole.removesuffix(BODY), "x"),
            "slow heads": (whole[: whole.index("Content-Type")] + "X-Slow: ", "x"),
            "idle connections": ("", ""),
        }
        for kind, (head, drip) in heads.items():
            clients = Clients(origins, STRANGER, SLOW * len(origins), head, True, drip)
            kinds.append((f"{clients.count} {kind} at {where}", clients))
    return list(dict(kinds).items())  # what ends at the proxy is the same for both


def _steps(steps: dict[str, float]) -> str:
    return ", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps.items())


def _fate(tally: Tally, wanted: int) -> str:
    told = ", ".join(f"{number} x {status}" for status, number in sorted(tally.statuses.items()))
    return (
        f"{tally.held} of {wanted} were held at the end, {tally.closed} were closed "
        f"and {tally.refused} refused{', answers ' if told else ''}{told}"
    )
