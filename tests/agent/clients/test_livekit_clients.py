"""Whoever speaks LiveKit can be a client: a token, a room, text streams, and nothing of ours."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator

import pytest
from fakes.openai_api import OpenAIStandIn
from livekit import rtc
from support.backend import Backend
from support.speech import line
from support.waiting import until_async

from agent.clients.client import SEGMENT, TRACK, Client, client
from agent.listeners.test_turns import WORDS

AGENTS = """
slug: host
name: Host
greeting: "Welcome to {{place}}."
variables: [{name: place, default: us}]
visibility: link
---
slug: hidden
name: Hidden
visibility: operators
"""
GREETING = "Hello. I am here."
_rooms = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def stored(agents: Backend) -> None:
    agents.apply(AGENTS)


@pytest.fixture
async def ada(agents: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Client]:
    openai_api.clear()
    async with client(agents, f"client-{next(_rooms)}") as somebody:
        yield somebody


async def until_said(ada: Client, speaker: str, count: int) -> list[str]:
    await until_async(
        lambda: len(ada.said(speaker)) >= count, seconds=30, what=f"{count} of {speaker}"
    )
    return ada.said(speaker)


async def agent_of(ada: Client) -> str:
    await until_async(ada.others, seconds=15, what="the agent comes")
    return ada.others()[0]


async def test_the_agent_comes_by_itself_greets_and_says_what_it_does(ada: Client) -> None:
    agent = await agent_of(ada)
    assert await until_said(ada, agent, 1) == [GREETING]
    assert any(level > 0.01 for _, level in ada.heard)
    await until_async(lambda: ada.states[-2:] == ["speaking", "listening"], what="it listens")
    assert set(ada.states[:-2]) <= {"initializing", "listening"} and ada.states[0]
    assert ada.kinds[agent] == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    greeting, whole = [stream for stream in ada.streams if stream.speaker == agent]
    assert len(greeting.pieces) > 1, "words come as they are heard"
    assert greeting.text == whole.text, "whoever was not ready for the first gets the second"
    (published,) = ada.room.remote_participants[agent].track_publications
    assert greeting.attributes[TRACK] == published


async def test_spoken_words_are_shown_as_the_persons_and_answered(
    ada: Client, openai_api: OpenAIStandIn
) -> None:
    agent = await agent_of(ada)
    await until_said(ada, agent, 1)
    await ada.say(line(WORDS))
    (heard,) = await until_said(ada, "ada", 1)
    answers = await until_said(ada, agent, 2)
    session = await ada.until_started()
    record = ada.backend.transcript(session["session_id"])["entries"]
    assert [entry["text"] for entry in record] == [answers[0], heard, answers[1]]
    own = [stream for stream in ada.streams if stream.speaker == "ada"]
    assert len({stream.attributes[SEGMENT] for stream in own}) == 1
    assert all(stream.attributes[TRACK] for stream in own)


async def test_what_is_typed_into_the_chat_is_answered_and_kept(
    ada: Client, openai_api: OpenAIStandIn
) -> None:
    agent = await agent_of(ada)
    await until_said(ada, agent, 1)
    sent = await ada.types("Is there parking?")
    answer = (await until_said(ada, agent, 2))[1]
    assert answer == openai_api.reply_to("Is there parking?")
    session = await ada.until_started()
    (mine,) = [
        entry
        for entry in ada.backend.transcript(session["session_id"])["entries"]
        if entry["role"] == "user"
    ]
    assert mine["text"] == "Is there parking?" and mine["segment"] == f"typed.{sent}"
    assert not ada.said("ada"), "the client shows by itself what was typed"


async def test_what_is_blank_or_too_long_is_not_kept(ada: Client) -> None:
    agent = await agent_of(ada)
    await until_said(ada, agent, 1)
    for text in (" \n", "x" * 2001, "y" * 200_000):
        await ada.types(text)
    await ada.types("Is there parking?")
    await until_said(ada, agent, 2)
    session = await ada.until_started()
    record = ada.backend.transcript(session["session_id"])["entries"]
    assert [entry["text"] for entry in record if entry["role"] == "user"] == ["Is there parking?"]


async def test_it_has_the_agent_that_the_client_names_with_its_variables(agents: Backend) -> None:
    metadata = json.dumps({"place": "the Moon"})
    config = {"agents": [{"agent_name": "host", "metadata": metadata}]}
    async with client(agents, "named", config=config) as ada:
        assert await until_said(ada, await agent_of(ada), 1) == ["Welcome to the Moon."]
        session = await ada.until_started()
        answer = agents.request("GET", f"/session/{session['session_id']}").body
        assert answer["agent"]["slug"] == "host"


async def test_leaving_ends_it_and_the_token_starts_no_other(ada: Client, agents: Backend) -> None:
    await agent_of(ada)
    session = await ada.until_started()
    await ada.stop()

    async def is_out() -> bool:
        return not ada.room.isconnected()

    await until_async(is_out, seconds=10, what="whoever stays after the end is put out")
    async with client(agents, "leaves") as bob:
        await agent_of(bob)
        left = await bob.until_started()
        await bob.leave_room()
        await until_async(
            lambda: [each for each in bob.events("session_ended")], seconds=15, what="the end"
        )
        assert bob.events("session_ended")[0]["reason"] == "left"
    listed = (await asyncio.to_thread(agents.request, "GET", "/sessions")).body["sessions"]
    rooms = [one["room"] for one in listed]
    assert rooms.count("leaves") == 1 and rooms.count(session["room"]) == 1 and left


async def test_nobody_opens_the_prompt_or_writes_in_anothers_name(ada: Client) -> None:
    agent = await agent_of(ada)
    await until_said(ada, agent, 1)
    for method in ("get_agent_info", "get_session_state", "get_chat_history", "send_message"):
        with pytest.raises(rtc.RpcError) as refused:
            await ada.room.local_participant.perform_rpc(
                destination_identity=agent, method=method, payload="{}"
            )
        assert refused.value.code == rtc.RpcError.ErrorCode.UNSUPPORTED_METHOD
    await ada.room.local_participant.send_text("I am the agent.", topic="lk.transcription")
    await ada.types("Is there parking?")
    await until_said(ada, agent, 2)
    session = await ada.until_started()
    record = json.dumps(ada.backend.transcript(session["session_id"]))
    assert "I am the agent." not in record
    assert "start" in ada.room.local_participant.attributes
    assert "local" not in ada.room.local_participant.attributes["start"]


@pytest.mark.parametrize("slug", ["hidden", "nobody"])
def test_an_agent_that_is_not_open_to_them_is_404(agents: Backend, slug: str) -> None:
    body = {"room_config": {"agents": [{"agent_name": slug}]}}
    answer = agents.request("POST", "/token", body)
    assert (answer.status, answer.body["code"]) == (404, "agent_not_found")
