"""The dispatch runtime on a real media server: workers that come, crash, drain and are full."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime

import pytest
from agent_manager.shift.greeting import PICK_UP
from agent_manager.speaking.own_words import in_own_words
from fakes.openai_api import Delays, OpenAIStandIn
from support.backend import Answer, Backend, backend
from support.limits import in_time
from support.media_server import MediaServer
from support.person import Person, person, silent_person
from support.speech import line
from support.waiting import until_async
from support.worker import RunningWorker, worker

from agent.conftest import KEY
from agent.listeners.test_turns import greeted
from agent.runtimes.worker_sessions import (
    AGENT,
    PRIVATE,
    agents,
    asked_of,
    created,
    holder,
    is_probe,
    loses_agent,
    moves_from,
    nothing_private_is_with_the_media_server,
    session,
    talks,
)
from agent.shift.test_typed import types

DRAIN_SECONDS = 15
_rooms = itertools.count(1)
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def served(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    """A backend without agents of its own."""
    with backend(
        media,
        AGENT_RUNTIME="dispatch",
        AGENT_SESSIONS="2",
        AGENT_IDLE_PROCESSES="1",
        AGENT_DRAIN_SECONDS=str(DRAIN_SECONDS),
        LOG_FORMAT="json",
        MAX_SESSIONS_PER_VISITOR="8",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hello. I am here.",
        SESSION_GRACE_SECONDS="3",
    ) as running:
        yield running
        print(running.process.output())


@pytest.fixture(scope="module")
def hire(served: Backend) -> Iterator[Callable[[], RunningWorker]]:
    """Starts another worker, which stays until the last test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(worker(served))


_hired: list[RunningWorker] = []


@pytest.fixture
def workers(hire: Callable[[], RunningWorker]) -> Iterator[list[RunningWorker]]:
    """Two workers that run; what they printed is shown when the test fails."""
    _hired[:] = [each for each in _hired if each.process.exit_code is None]
    with ThreadPoolExecutor() as pool:
        hiring = [pool.submit(hire) for _ in range(2 - len(_hired))]
    _hired.extend(hired.result() for hired in hiring)
    yield list(_hired)
    for each in _hired:
        print(each.process.output())


@pytest.fixture
async def ada(served: Backend, workers: list[RunningWorker]) -> AsyncIterator[Person]:
    async with person(served, f"room-{next(_rooms)}") as somebody:
        yield somebody
        if somebody.session_id:
            await somebody.stop()


@pytest.mark.usefixtures("short_voices")
async def test_a_worker_holds_a_session_from_start_to_end(
    served: Backend, workers: list[RunningWorker], ada: Person
) -> None:
    await greeted(ada)
    await talks(ada)
    [agent] = agents(workers, ada)
    assert agent["request_id"] == created(served, ada)["request_id"]
    stopped = ada.now()
    await ada.stop()
    await until_async(lambda: not ada.others(), seconds=10, what="the agent has left")
    assert in_time(ada.now() - stopped, 3.0)
    await until_async(lambda: ada.close_code == 1000, seconds=10, what="the socket is closed")


@pytest.mark.slow
async def test_a_job_that_is_killed_has_a_successor_that_knows_what_was_said(
    served: Backend, workers: list[RunningWorker], ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    await talks(ada)
    await loses_agent(workers, ada)
    [lost] = ada.events("error")
    assert (lost["code"], lost["fatal"]) == ("agent_lost", False)
    assert ada.others() == [f"agent-{ada.session_id}-2"]
    await ada.until_quiet(0.5)
    await talks(ada)
    asked = openai_api.requests("/v1/chat/completions")[-1].messages or []
    spoken = [message["content"] for message in asked if message["role"] == "assistant"]
    assert {"Hello. I am here.", "Sorry, I was gone for a moment. Please go on."} <= set(spoken)
    seqs = [m["seq"] for m in ada.messages if "seq" in m and m.get("event") != "caught_up"]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_successor_answers_a_waiting_line_by_the_revision_that_the_session_began_with(
    served: Backend,
    workers: list[RunningWorker],
    ada: Person,
    openai_api: OpenAIStandIn,
    media: MediaServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The job is killed after the 202, while the language service thinks about the line."""
    await asyncio.to_thread(served.apply, AGENT.format(revision="Firstrevision"))
    await greeted(ada, agent="florist", variables={"stall": "periwinkle corner"})
    began_with = session(served, ada.session_id)["agent"]
    await asyncio.to_thread(served.apply, AGENT.format(revision="Secondrevision"))
    monkeypatch.setattr(openai_api, "delays", Delays(llm_first_token=8.0))
    mine = await types(ada, "Is there parking?")
    await until_async(lambda: "Is there parking?" in asked_of(openai_api), what="it is asked")
    monkeypatch.setattr(openai_api, "delays", Delays())
    os.kill(int(str(agents(workers, ada)[0]["pid"])), signal.SIGKILL)
    await ada.until_final("agent", 3)
    await ada.until_quiet(1.5)
    said = [final["text"] for final in ada.finals("agent")]
    sorry = in_own_words(PICK_UP, "de")
    assert sorry != PICK_UP
    assert said == ["Firstrevision greets you.", sorry, openai_api.reply_to("Is there parking?")]
    told = asked_of(openai_api)
    assert told[0].startswith("Firstrevision: you sell flowers at periwinkle corner.")
    assert not [text for text in told if "Secondrevision" in text]
    assert session(served, ada.session_id)["agent"] == began_with
    await nothing_private_is_with_the_media_server(media)
    logged = [served.process.output(), *(each.process.output() for each in workers)]
    assert not [text for text in logged if any(word in text.lower() for word in PRIVATE[:3])]
    assert [final["segment"] for final in ada.finals("user")] == [mine["segment"]]
    assert [e["answers"] for e in ada.events("speech_started") if "answers" in e] == [mine["seq"]]


@pytest.mark.slow
async def test_an_agent_that_takes_over_hears_who_speaks_over_its_first_words(
    served: Backend, workers: list[RunningWorker], ada: Person
) -> None:
    await greeted(ada)
    await talks(ada)
    await loses_agent(workers, ada)
    await ada.say(line("Please stop."))
    await ada.until_final("user", 2)


@pytest.mark.slow
async def test_a_worker_that_is_killed_loses_its_sessions_to_another(
    served: Backend, workers: list[RunningWorker], ada: Person
) -> None:
    await greeted(ada)
    first = holder(workers, ada)
    first.kill()
    killed = ada.now()
    await until_async(lambda: ada.hears_since(killed + 1.0), seconds=30, what="the next agent")
    print("successor audible after", (ada.hears_since(killed + 1.0) or 0) - killed)
    await talks(ada)
    assert len(agents(workers, ada)) == 2


@pytest.mark.slow
async def test_a_worker_that_drains_moves_its_sessions_and_ends(
    served: Backend, workers: list[RunningWorker], ada: Person
) -> None:
    await greeted(ada)
    first = holder(workers, ada)
    assert await moves_from(first, workers, ada) >= DRAIN_SECONDS
    await ada.until_final("agent", 2)
    assert not ada.events("error")
    assert ada.others() == [f"agent-{ada.session_id}-2"]
    await talks(ada)


@pytest.mark.slow
async def test_a_second_signal_moves_the_sessions_at_once(
    served: Backend, workers: list[RunningWorker], ada: Person
) -> None:
    await greeted(ada)
    first = holder(workers, ada)
    first.ask_to_stop()
    await until_async(lambda: first.lines("worker_draining"), what="the worker drains")
    assert in_time(await moves_from(first, workers, ada), DRAIN_SECONDS - 3)
    assert not ada.events("error")


async def test_a_start_past_capacity_is_refused_at_once(
    served: Backend, workers: list[RunningWorker], ada: Person
) -> None:
    taken: list[str] = []
    people = AsyncExitStack()

    async def start() -> tuple[Answer, float]:
        room = f"full-{next(_rooms)}"
        there = await people.enter_async_context(silent_person(served, room))
        before = time.monotonic()
        body = {"identity": "ada", "room": room}
        answer = await asyncio.to_thread(served.request, "POST", "/session", body)
        took = time.monotonic() - before
        if answer.status == 201:
            taken.append(answer.body["session_id"])
        else:
            await there.disconnect()
        return answer, took

    async def is_full() -> bool:
        return (await start())[0].status != 201 and len(taken) == 4

    await until_async(is_full, seconds=30, what="all four seats are taken")
    refused, took = await start()
    assert (refused.status, refused.body["code"]) == (503, "at_capacity")
    headers = {name.lower(): value for name, value in refused.headers.items()}
    assert int(headers["retry-after"]) > 0 and in_time(took, 1.0)

    def have_agents() -> bool:
        joined = {agent["session_id"] for each in workers for agent in each.agents()}
        return set(taken) <= joined

    await until_async(have_agents, seconds=15, what="whoever was not refused has an agent")
    await people.aclose()
    for session_id in taken:
        served.request("DELETE", f"/session/{session_id}")
    again = {"room": ada.room_name, "identity": ada.identity}

    def has_room() -> bool:
        return served.request("POST", "/session", again).status == 201

    await until_async(has_room, seconds=20, what="the seats are free again")
    await ada.start()


async def test_a_seat_that_nobody_comes_to_is_soon_free_again(
    served: Backend, workers: list[RunningWorker], openai_api: OpenAIStandIn
) -> None:
    body = {"identity": "ada", "room": f"nobody-{next(_rooms)}"}
    session_id = ""

    async def is_taken() -> bool:
        nonlocal session_id
        answer = await asyncio.to_thread(served.request, "POST", "/session", body)
        session_id = answer.body.get("session_id", "")
        return answer.status == 201

    await until_async(is_taken, what="a seat")
    openai_api.clear()

    async def is_over() -> bool:
        return session(served, session_id)["state"] == "ended"

    await until_async(is_over, what="the session has ended")
    ended = session(served, session_id)
    began, over = (datetime.fromisoformat(ended[name]) for name in ("started_at", "ended_at"))
    assert ended["end_reason"] == "left"
    # The agent counts from its entry, a little before the session has started.
    waited = (over - began).total_seconds()
    assert waited >= 4.5 and in_time(waited, 7.5)
    assert [asked for asked in openai_api.requests() if not is_probe(asked)] == []
    listed = served.request("GET", "/sessions").body["sessions"]
    assert session_id not in [each["session_id"] for each in listed]
