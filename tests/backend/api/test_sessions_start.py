"""`POST /session`"""

from __future__ import annotations

import asyncio

import httpx
import pytest
from agent_manager.runtimes.base import AgentUnavailable
from asgiref.sync import sync_to_async
from fakes.runtime import FakeRuntime
from support.waiting import until_async
from voice_sessions.actions import sessions
from voice_sessions.endings import EndReason
from voice_sessions.models import Session

WANTED = {"room": "kitchen", "identity": "ann"}


async def session_row(session_id: str) -> Session:
    return await Session.objects.aget(id=session_id)


async def test_a_session_starts_with_its_agent(alice: httpx.AsyncClient, runtime: FakeRuntime):
    answer = await alice.post("/session", json={**WANTED, "system_prompt": "Be brief."})
    assert answer.status_code == 201
    started = answer.json()
    assert started == {**WANTED, "session_id": runtime.started[0], "state": "starting"} | {
        "recorded": False
    }
    assert (await session_row(started["session_id"])).system_prompt == "Be brief."


async def test_the_agent_lives_on_the_servers_event_loop(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    await alice.post("/session", json=WANTED)
    assert runtime.loop is asyncio.get_running_loop()


async def test_the_same_room_and_identity_get_the_live_session(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    first = await alice.post("/session", json=WANTED)
    again = await alice.post("/session", json=WANTED)
    assert again.status_code == 200
    assert again.json()["session_id"] == first.json()["session_id"]
    assert len(runtime.started) == 1


async def test_another_identity_in_the_room_is_refused(alice: httpx.AsyncClient):
    await alice.post("/session", json=WANTED)
    answer = await alice.post("/session", json={**WANTED, "identity": "eve"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "room_in_use"


async def test_two_visitors_have_a_room_of_one_name_each(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
):
    mine = await alice.post("/session", json=WANTED)
    theirs = await bob.post("/session", json=WANTED)
    assert theirs.status_code == 201
    assert mine.json()["session_id"] != theirs.json()["session_id"]


async def test_of_two_racers_one_creates_and_both_get_it(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    runtime.gate.clear()
    asked = [asyncio.create_task(alice.post("/session", json=WANTED)) for _ in range(4)]
    await until_async(lambda: runtime.started, what="a start")
    runtime.gate.set()
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["session_id"] for answer in answers}) == 1
    assert len(runtime.started) == 1


@pytest.mark.parametrize("failure", [AgentUnavailable, RuntimeError])
async def test_a_failed_start_leaves_an_ended_hidden_row(
    alice: httpx.AsyncClient, runtime: FakeRuntime, failure: type[Exception]
):
    runtime.refuse = failure
    answer = await alice.post("/session", json=WANTED)
    session = await session_row(runtime.started[0])
    assert (session.state, session.end_reason) == ("ended", EndReason.AGENT_FAILED)
    assert session.hidden
    assert (await alice.get("/sessions")).json()["sessions"] == []
    if failure is AgentUnavailable:
        assert answer.status_code == 502
        assert answer.json()["code"] == "livekit_unreachable"
    else:
        assert answer.status_code == 500
    runtime.refuse = None
    assert (await alice.post("/session", json=WANTED)).status_code == 201


async def test_who_hangs_up_does_not_cancel_the_start(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    runtime.gate.clear()
    asked = asyncio.create_task(alice.post("/session", json=WANTED))
    await until_async(lambda: runtime.started, what="the start")
    asked.cancel()
    runtime.gate.set()
    again = await alice.post("/session", json=WANTED)
    assert again.status_code == 200
    assert again.json()["session_id"] == runtime.started[0]


async def test_a_failed_start_is_cleaned_up_also_when_its_client_hung_up(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    runtime.gate.clear()
    runtime.refuse = RuntimeError
    asked = asyncio.create_task(alice.post("/session", json=WANTED))
    await until_async(lambda: runtime.started, what="the start")
    asked.cancel()
    runtime.gate.set()

    async def is_ended() -> bool:
        return (await session_row(runtime.started[0])).state == "ended"

    await until_async(is_ended, what="the session is ended")


async def test_a_session_that_is_about_to_end_is_waited_for(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    first = (await alice.post("/session", json=WANTED)).json()["session_id"]
    await sync_to_async(sessions.end)(first, EndReason.STOPPED)
    asked = asyncio.create_task(alice.post("/session", json=WANTED))
    await asyncio.sleep(0)
    await sync_to_async(sessions.finish)(first)
    answer = await asked
    assert answer.status_code == 201
    assert answer.json()["session_id"] != first


async def test_one_whose_agent_never_ends_it_is_ended_here(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    first = (await alice.post("/session", json=WANTED)).json()["session_id"]
    await sync_to_async(sessions.end)(first, EndReason.STOPPED)
    answer = await alice.post("/session", json={**WANTED, "identity": "eve"}, timeout=20)
    assert answer.status_code == 201
    assert (await session_row(first)).state == "ended"


async def test_a_visitor_has_so_many_sessions_and_no_more(alice: httpx.AsyncClient, settings):
    settings.MAX_SESSIONS_PER_VISITOR = 1
    await alice.post("/session", json=WANTED)
    answer = await alice.post("/session", json={**WANTED, "room": "hall"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_sessions")
    assert int(answer.headers["Retry-After"]) > 0


async def test_the_house_has_so_many_sessions_and_no_more(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, settings
):
    settings.MAX_SESSIONS = 1
    await alice.post("/session", json=WANTED)
    answer = await bob.post("/session", json=WANTED)
    assert (answer.status_code, answer.json()["code"]) == (503, "at_capacity")
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_visitor_who_asks_too_often_has_to_wait(alice: httpx.AsyncClient, settings):
    settings.REQUESTS_PER_MINUTE = 3
    answers = [await alice.post("/session", json=WANTED) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


async def test_a_prompt_is_refused_where_visitors_may_send_none(
    alice: httpx.AsyncClient, runtime: FakeRuntime, settings
):
    settings.ALLOW_VISITOR_PROMPT = False
    answer = await alice.post("/session", json={**WANTED, "system_prompt": "Be rude."})
    assert (answer.status_code, answer.json()["code"]) == (400, "prompt_not_allowed")
    assert list(answer.json()["errors"]) == ["system_prompt"]
    assert runtime.started == []


@pytest.mark.parametrize("prompt", ["", "  \n ", None])
@pytest.mark.parametrize("is_allowed", [True, False])
async def test_no_prompt_means_the_operators(
    alice: httpx.AsyncClient, settings, is_allowed: bool, prompt: str | None
):
    settings.ALLOW_VISITOR_PROMPT = is_allowed
    given = {} if prompt is None else {"system_prompt": prompt}
    answer = await alice.post("/session", json={**WANTED, **given})
    assert answer.status_code == 201
    assert (await session_row(answer.json()["session_id"])).system_prompt == ""
