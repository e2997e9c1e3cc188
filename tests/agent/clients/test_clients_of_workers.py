"""LiveKit's own clients where workers run the agents, also when one dies."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from agent_manager.shift.greeting import PICK_UP_LISTENING
from agent_manager.speaking.own_words import in_own_words
from fakes.openai_api import OpenAIStandIn
from livekit import rtc
from support.backend import APPLY, Answer, Backend
from support.media_server import MediaServer
from support.person import in_room
from support.stranger import people, present
from support.waiting import until_async
from support.worker import RunningWorker, worker

from agent.clients.client import Client, client
from agent.clients.test_livekit_clients import agent_of, until_said
from agent.conftest import served
from agent.habits import briefly

AGENT = """
slug: florist
name: Florist
language: de
instructions: "{revision}: you sell flowers at {{{{stall}}}}."
variables: [{{name: stall}}]
greeting: "{revision} greets you."
visibility: link
"""
OTHERS = """
slug: hidden
name: Hidden
visibility: operators
---
slug: gone
name: Gone
visibility: link
"""
PRIVATE = ("firstrevision", "secondrevision", "periwinkle", "sell flowers")
RETIRE = "from agents import saving; saving.retire('{slug}', 'tests', base=1)"
GREETING = "Hello. I am here."
RPC = ("get_agent_info", "get_session_state", "get_chat_history", "send_message")
_rooms = itertools.count(1)
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def house(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    """A backend without agents of its own."""
    settings = {"AGENT_RUNTIME": "dispatch", "AGENT_SESSIONS": "4"}
    few = {"AGENT_IDLE_PROCESSES": "1", "SESSION_GRACE_SECONDS": "3", "LOG_FORMAT": "json"}
    for running in served(media, openai_api, **settings, **few, MAX_SESSIONS_PER_VISITOR="8"):
        agents = f"{OTHERS}---{AGENT.format(revision='Firstrevision')}"
        running.manage("shell", "-c", APPLY + RETIRE.format(slug="gone"), told=agents)
        yield running


@pytest.fixture(scope="module")
def hired(house: Backend) -> Iterator[RunningWorker]:
    """The worker, each of whose agents has a process of its own."""
    with worker(house) as running:
        yield running
        print(running.process.output())


@pytest.fixture
def config() -> dict[str, Any]:
    """What a client asks for that names no agent."""
    return {}


@pytest.fixture
async def ada(
    house: Backend,
    hired: RunningWorker,
    openai_api: OpenAIStandIn,
    config: dict[str, Any],
) -> AsyncIterator[Client]:
    openai_api.clear()
    with briefly(openai_api, 1.0):
        async with client(house, f"client-{next(_rooms)}", config=config) as somebody:
            yield somebody


async def test_a_worker_holds_the_session_of_whoever_has_joined(
    ada: Client, hired: RunningWorker, openai_api: OpenAIStandIn
) -> None:
    agent = await agent_of(ada)
    assert await until_said(ada, agent, 1) == [GREETING], "naming no agent means the default one"
    session = await ada.until_started()
    assert agent_in(hired, session["session_id"])["generation"] == 1
    assert ada.kinds[agent] == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    await until_async(lambda: ada.states[-2:] == ["speaking", "listening"], what="it listens")
    sent = await ada.types("Is there parking?")
    assert (await until_said(ada, agent, 2))[1] == openai_api.reply_to("Is there parking?")
    await until_async(lambda: ada.states[-2:] == ["speaking", "listening"], what="it listens")
    assert "thinking" in ada.states
    (mine,) = ada.finals("user")
    assert mine["text"] == "Is there parking?" and mine["segment"] == f"typed.{sent}"
    await ada.leave_room()
    (over,) = await until_async(lambda: ada.events("session_ended"), what="the end")
    assert over["reason"] == "left"


@pytest.mark.parametrize("slug", ["hidden", "nobody", "gone"])
def test_an_agent_that_is_not_open_to_them_is_404(house: Backend, slug: str) -> None:
    body = {"room_config": {"agents": [{"agent_name": slug}]}}
    answer = house.request("POST", "/token", body)
    assert (answer.status, answer.body["code"]) == (404, "agent_not_found")


async def test_an_agent_that_is_retired_before_its_person_has_joined_does_not_come(
    house: Backend, hired: RunningWorker, media: MediaServer
) -> None:
    house.apply("slug: soon\nname: Soon\nvisibility: link\n")
    token = await token_of(house, "soon", {"agents": [{"agent_name": "soon"}]})
    house.manage("shell", "-c", RETIRE.format(slug="soon"))
    async with in_room(media.url, token):
        log = house.process.output
        await until_async(lambda: "UnknownAgent" in log(), what="its start is refused")
        assert "joined_and_not_started" in log() and await people(media, "soon") == {"ada"}
    assert not of_room(house, "soon")


async def test_a_token_starts_one_session_for_one_person_within_its_minute(
    house: Backend, hired: RunningWorker, media: MediaServer
) -> None:
    token, of_bob = [await token_of(house, "once", {}, who) for who in ("ada", "bob")]
    await is_refused(media, expired(token, media))
    async with in_room(media.url, token):
        await is_refused(media, of_bob)
        (session,) = await until_async(lambda: of_room(house, "once"), what="a session")
        async with in_room(media.url, token):
            assert [each["session_id"] for each in of_room(house, "once")] == [
                session["session_id"]
            ]
        answer = await asked_for_token(house, "once", {}, "bob")
        assert (answer.status, answer.body["code"]) == (409, "room_in_use")
    house.request("DELETE", f"/session/{session['session_id']}")
    await until_async(lambda: of_room(house, "once")[0]["state"] == "ended", what="the end")
    begun = house.process.output().count("session_created")
    async with in_room(media.url, token) as again:
        await until_async(lambda: not again.isconnected(), what="it keeps nobody in the room")
    assert house.process.output().count("session_created") == begun
    assert len(of_room(house, "once")) == 1


@pytest.mark.parametrize(
    "config",
    [{"agents": [{"agent_name": "florist", "metadata": '{"stall": "periwinkle corner"}'}]}],
)
async def test_another_agent_takes_over_with_the_revision_and_opens_no_prompt(
    ada: Client,
    house: Backend,
    openai_api: OpenAIStandIn,
    media: MediaServer,
    hired: RunningWorker,
) -> None:
    agent = await agent_of(ada)
    assert await until_said(ada, agent, 1) == ["Firstrevision greets you."]
    began_with = (await ada.until_started())["agent"]
    house.apply(AGENT.format(revision="Secondrevision"))
    os.kill(int(str(agent_in(hired, ada.session_id)["pid"])), signal.SIGKILL)
    successor = f"agent-{ada.session_id}-2"
    assert await until_said(ada, successor, 1) == [in_own_words(PICK_UP_LISTENING, "de")]
    assert ada.others() == [successor]
    await until_async(lambda: ada.states[-2:] == ["speaking", "listening"], what="it listens")
    await ada.types("Is there parking?")
    assert (await until_said(ada, successor, 2))[1] == openai_api.reply_to("Is there parking?")
    asked = openai_api.requests("/v1/chat/completions")[-1].messages or []
    assert asked[0]["content"].startswith("Firstrevision: you sell flowers at periwinkle corner.")
    assert house.request("GET", f"/session/{ada.session_id}").body["agent"] == began_with
    for method in RPC:
        with pytest.raises(rtc.RpcError) as refused:
            await ada.room.local_participant.perform_rpc(
                destination_identity=successor, method=method, payload="{}"
            )
        assert refused.value.code == rtc.RpcError.ErrorCode.UNSUPPORTED_METHOD
    held = str(await present(media, ada.room_name)).lower()
    logs = [house.process.output(), hired.process.output()]
    assert not [text for text in (held, *logs) if any(word in text.lower() for word in PRIVATE)]
    await ada.leave_room()
    (over,) = await until_async(lambda: ada.events("session_ended"), what="the end")
    assert over["reason"] == "left"


def agent_in(hired: RunningWorker, session_id: str) -> dict[str, object]:
    """The session's newest agent in the worker."""
    return [each for each in hired.agents() if each["session_id"] == session_id][-1]


def of_room(house: Backend, room: str) -> list[dict[str, Any]]:
    """The sessions that there were in a room."""
    listed = house.request("GET", "/sessions").body["sessions"]
    return [each for each in listed if each["room"] == room]


async def asked_for_token(
    house: Backend, room: str, config: dict[str, Any], identity: str = "ada"
) -> Answer:
    """The answer to a request for a token that starts a session."""
    body = {"room_name": room, "participant_identity": identity, "room_config": config}
    return await asyncio.to_thread(house.request, "POST", "/token", body)


async def token_of(house: Backend, room: str, config: dict[str, Any], identity: str = "ada") -> str:
    answer = await asked_for_token(house, room, config, identity)
    assert answer.status == 201, answer.body
    return str(answer.body["participant_token"])


def expired(token: str, media: MediaServer) -> str:
    """The same token as it is when its minute has passed long ago."""
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["nbf"] <= 60
    then = datetime.now(UTC) - timedelta(minutes=3)
    claims |= {"nbf": then - timedelta(minutes=1), "exp": then}
    return jwt.encode(claims, media.api_secret)


async def is_refused(media: MediaServer, token: str) -> None:
    with pytest.raises(rtc.ConnectError):
        await rtc.Room().connect(media.url, token)
