"""A session without a language server: its place in the local model, from greeting to end."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Literal

import pytest
from agent_manager.providers.local_head import LocalHead, place_key
from config.secret import Secret
from config.services import Service
from fakes.local_server import LocalStandIn
from support.backend import Backend, backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async
from support.worker import worker
from voice_sessions.events import Message

from agent.listeners.test_turns import WORDS, greeted

NOTE = {"type": "function", "function": {"name": "note", "parameters": {"type": "object"}}}
MODEL = {"head": "model", "reason": ""}
_rooms = itertools.count(1)


@pytest.fixture(scope="module")
def local() -> Iterator[LocalStandIn]:
    with LocalStandIn() as running:
        yield running


@pytest.fixture(scope="module")
def keyless(media: MediaServer, local: LocalStandIn) -> Iterator[Backend]:
    settings = {"LOCAL_AI_PORT": str(local.port), "GREETING": "Hello. I am here."}
    with backend(media, **settings, MAX_SESSIONS_PER_VISITOR="8") as running:
        yield running


def forget(local: LocalStandIn) -> None:
    """Has the stand-in as it was at its beginning."""
    local.clear()
    local.head, local.stops = MODEL, ""
    for seen in (local.sessions, local.left, local.bodies):
        seen.clear()


@pytest.fixture
async def ada(keyless: Backend, local: LocalStandIn) -> AsyncIterator[Person]:
    forget(local)
    async with person(keyless, f"local-{next(_rooms)}") as somebody:
        yield somebody


async def test_a_session_takes_its_place_talks_by_it_and_gives_it_back(
    ada: Person, local: LocalStandIn
) -> None:
    await greeted(ada, system_prompt="You sell tea.")
    (taken,) = local.sessions
    assert ada.session_id not in taken["key"] and len(taken["key"]) >= 16
    instructions, greeting = taken["messages"]
    assert instructions["role"] == "system" and "You sell tea." in instructions["content"]
    assert greeting == {"role": "assistant", "content": "Hello. I am here."}
    await ada.say(line(WORDS))
    await ada.until_final("agent", 2)
    assert {body["prompt_cache_key"] for body in local.bodies} == {taken["key"]}
    assert local.bodies[0]["messages"][:2] == taken["messages"]
    assert local.bodies[0].get("tools", []) == taken["tools"]
    assert taken["key"] not in local.left
    await ada.stop()
    await until_async(lambda: bool(ada.events("session_ended")), what="the session has ended")
    assert local.left.count(taken["key"]) == 1


async def test_the_model_reads_along_while_somebody_speaks(
    ada: Person, local: LocalStandIn
) -> None:
    await greeted(ada)
    await ada.say(line(WORDS))
    await ada.until_final("agent", 2)
    taken, *read = local.sessions
    assert read and {each["key"] for each in read} == {taken["key"]}
    asked = local.bodies[-1]["messages"]
    for each in read:
        *before, heard = each["messages"]
        assert before == asked[: len(before)]
        assert heard["role"] == "user" and asked[-1]["content"].startswith(heard["content"])


async def test_a_script_has_nothing_to_read(ada: Person, local: LocalStandIn) -> None:
    local.head = {"head": "script", "reason": "no_free_slot"}
    await greeted(ada)
    await ada.say(line(WORDS))
    await ada.until_final("agent", 2)
    assert len(local.sessions) == 1


async def test_who_replies_and_why_is_an_event_that_stays(
    ada: Person, keyless: Backend, local: LocalStandIn
) -> None:
    local.head = {"head": "script", "reason": "no_free_slot"}
    await greeted(ada)
    (event,) = ada.events("local_language")
    assert (event["by"], event["reason"]) == ("script", "no_free_slot")
    assert keyless.transcript(ada.session_id)["local_language"] == [
        {"seq": event["seq"], "by": "script", "reason": "no_free_slot"}
    ]


async def test_a_server_without_places_is_no_trouble(ada: Person, local: LocalStandIn) -> None:
    local.head = None
    await greeted(ada)
    await ada.say(line(WORDS))
    reply = await ada.until_final("agent", 2)
    assert reply["text"]
    await ada.stop()
    await until_async(lambda: bool(ada.events("session_ended")), what="the session has ended")
    assert not ada.events("local_language") and not ada.events("error")
    assert local.sessions == []


async def test_an_odd_reason_is_left_out(ada: Person, local: LocalStandIn) -> None:
    local.head = {"head": "script", "reason": "Because I said so."}
    await greeted(ada)
    (event,) = ada.events("local_language")
    assert (event["by"], event["reason"]) == ("script", "")


@pytest.mark.parametrize("when", ["before", "midway"])
async def test_a_model_that_died_is_told_as_what_it_is(
    ada: Person, local: LocalStandIn, when: Literal["before", "midway"]
) -> None:
    await greeted(ada)
    local.stops = when
    await ada.say(line(WORDS))
    (event,) = await until_async(lambda: ada.events("error"), what="the failure is told")
    assert (event["code"], event["fatal"]) == ("llm_stopped", False)
    assert event["message"] == (
        "The language model on this computer stopped and is being started again. "
        "Please say that again in a moment."
    )


async def test_in_workers_an_agent_that_takes_over_has_the_place_of_the_one_that_died(
    media: MediaServer, local: LocalStandIn
) -> None:
    forget(local)
    settings = {"AGENT_RUNTIME": "dispatch", "AGENT_IDLE_PROCESSES": "1"}
    with (
        backend(media, LOCAL_AI_PORT=str(local.port), GREETING="Hello.", **settings) as served,
        worker(served) as hired,
    ):
        async with person(served, "worked") as ada:
            await greeted(ada)
            (taken,) = local.sessions
            os.kill(int(str(hired.agents()[0]["pid"])), signal.SIGKILL)
            await until_async(lambda: len(local.sessions) == 2, seconds=30, what="the next agent")
            assert local.sessions[1]["key"] == taken["key"]
            said = [message["content"] for message in local.sessions[1]["messages"]]
            assert "Hello." in said and taken["key"] not in local.left
            await ada.stop()
            await until_async(lambda: bool(ada.events("session_ended")), what="the end")
    assert local.left.count(taken["key"]) == 1


async def test_an_agent_whose_session_another_one_has_leaves_the_place_alone(
    local: LocalStandIn,
) -> None:
    forget(local)
    service = Service(local.base_url, Secret("no-key"), "m", offline=True)
    told: list[Message] = []
    async with LocalHead(service, "a-session", told.append) as head:
        head.take({"messages": [], "tools": [NOTE]})
        await until_async(lambda: told, what="who replies is told")
        head.is_handed_over = True
    key = place_key(service, "a-session")
    assert [each["key"] for each in local.sessions] == [key] and key not in local.left
    assert local.sessions[0]["tools"] == [NOTE]


async def test_another_language_server_is_asked_for_no_place(local: LocalStandIn) -> None:
    forget(local)
    service = Service(local.base_url, Secret("no-key"), "m")
    async with LocalHead(service, "a-session", lambda _told: None) as head:
        head.take({})
    assert place_key(service, "a-session") == "" and local.sessions == []
