"""A session without a language server: its place in the local model, from greeting to end."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.local_server import LocalStandIn
from support.backend import Backend, backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.listeners.test_turns import WORDS, greeted

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


@pytest.fixture
async def ada(keyless: Backend, local: LocalStandIn) -> AsyncIterator[Person]:
    local.clear()
    local.head = MODEL
    for seen in (local.sessions, local.left, local.bodies):
        seen.clear()
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
    assert local.left == []
    await ada.stop()
    await until_async(lambda: bool(ada.events("session_ended")), what="the session has ended")
    assert local.left == [taken["key"]]


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
    assert local.sessions == [] and local.left == []


async def test_an_odd_reason_is_left_out(ada: Person, local: LocalStandIn) -> None:
    local.head = {"head": "script", "reason": "Because I said so."}
    await greeted(ada)
    (event,) = ada.events("local_language")
    assert (event["by"], event["reason"]) == ("script", "")
