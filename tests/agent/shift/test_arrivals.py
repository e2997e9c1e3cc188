"""Seats are for people who come: whoever starts and never joins has one for seconds, unheard."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from datetime import datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.visitors import visitor_token
from livekit import api
from support.backend import Answer, Backend, backend
from support.media_server import MediaServer
from support.person import Person, person, silent_person
from support.waiting import until_async

from agent.conftest import KEY
from agent.listeners.test_turns import greeted

from .test_endings import until_ended

SEATS = 8
ARRIVAL_SECONDS = 5.0
GRACE_SECONDS = 12
SLACK = 3.5
_rooms = itertools.count(1)


@pytest.fixture(scope="module")
def served(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    """Seats as they are shipped, and a grace that is longer than the wait for who never came."""
    with backend(
        media,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hello. I am here.",
        SESSION_GRACE_SECONDS=str(GRACE_SECONDS),
        MAX_SESSIONS=str(SEATS),
        MAX_SESSIONS_PER_VISITOR="2",
    ) as running:
        yield running
        print(running.process.output())


@pytest.fixture
async def asked(served: Backend, openai_api: OpenAIStandIn) -> OpenAIStandIn:
    """The servers of speech and language: what they were asked by this test's sessions alone."""
    await until_async(
        lambda: "stt_mode" in served.process.output(), what="the STT server was asked"
    )
    openai_api.clear()
    return openai_api


@pytest.fixture
async def ada(served: Backend, asked: OpenAIStandIn) -> AsyncIterator[Person]:
    async with person(served, f"arrival-{next(_rooms)}") as somebody:
        yield somebody
        if somebody.session_id:
            await somebody.stop()


def bearer(served: Backend, visitor: str) -> dict[str, str]:
    """The headers of a visitor as the site would have made one."""
    token = visitor_token(visitor, secret=served.env["VISITOR_SECRET"])
    return {"Authorization": f"Bearer {token}"}


async def started(
    served: Backend, room: str, headers: dict[str, str] | None = None, identity: str = "ada"
) -> Answer:
    body = {"room": room, "identity": identity}
    return await asyncio.to_thread(served.request, "POST", "/session", body, headers)


async def session_of(served: Backend, answer: Answer, headers: dict[str, str]) -> dict[str, Any]:
    """A session as it is now."""
    path = f"/session/{answer.body['session_id']}"
    return dict((await asyncio.to_thread(served.request, "GET", path, None, headers)).body)


async def reason_of_end(served: Backend, answer: Answer, headers: dict[str, str]) -> str:
    """Why a session has ended, once it has."""

    async def is_over() -> bool:
        return (await session_of(served, answer, headers))["state"] == "ended"

    await until_async(is_over, what="the session ends")
    return str((await session_of(served, answer, headers))["end_reason"])


async def stopped(served: Backend, answer: Answer, headers: dict[str, str]) -> None:
    """Ends a session, and waits until its agent has told everything."""
    path = f"/session/{answer.body['session_id']}"
    await asyncio.to_thread(served.request, "DELETE", path, None, headers)
    assert await reason_of_end(served, answer, headers) == "stopped"


def seconds_of(session: dict[str, Any]) -> float:
    """From the moment when the agent could hear to the end."""
    began, ended = (datetime.fromisoformat(session[name]) for name in ("started_at", "ended_at"))
    return (ended - began).total_seconds()


async def removed(media: MediaServer, ada: Person, agent: str) -> None:
    """Takes the agent out of her room, and waits for the next one."""
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        who = api.RoomParticipantIdentity(room=ada.room_name, identity=agent)
        await client.room.remove_participant(who)
    await until_async(lambda: f"agent-{ada.session_id}-2" in ada.others(), what="another agent")


async def test_four_visitors_who_never_join_keep_nobody_out(
    served: Backend, asked: OpenAIStandIn
) -> None:
    attackers = [bearer(served, f"attacker-{number}") for number in range(SEATS // 2)]
    honest = bearer(served, "honest")
    async with silent_person(served, "mine", headers=honest):
        seats = [(attacker, f"taken-{number}") for attacker in attackers for number in range(2)]
        asking = (started(served, room, attacker) for attacker, room in seats)
        answers = await asyncio.gather(*asking)
        assert [answer.status for answer in answers] == [201] * SEATS
        taken = [(attacker, answer) for (attacker, _), answer in zip(seats, answers, strict=True)]

        async def has_a_seat() -> Answer | None:
            answer = await started(served, "mine", honest)
            return answer if answer.status == 201 else None

        mine = await until_async(has_a_seat, seconds=ARRIVAL_SECONDS + SLACK, what="a seat")
        ends = [await session_of(served, answer, attacker) for attacker, answer in taken]
        first = next(end for end in ends if end["state"] == "ended")
        assert ARRIVAL_SECONDS - 0.5 <= seconds_of(first) <= ARRIVAL_SECONDS + SLACK

        await until_async(lambda: asked.requests("/v1/audio/speech"), what="the greeting")
        await stopped(served, mine, honest)
    for attacker, answer in taken:
        assert await reason_of_end(served, answer, attacker) == "left"
        listed = await asyncio.to_thread(served.request, "GET", "/sessions", None, attacker)
        assert listed.body["sessions"] == []


async def test_one_address_takes_half_of_the_seats_at_most(
    media: MediaServer, openai_api: OpenAIStandIn
) -> None:
    settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": openai_api.base_url}
    with backend(
        media, MAX_SESSIONS=str(SEATS), MAX_SESSIONS_PER_ADDRESS="", **settings
    ) as shipped:
        visitors = [bearer(shipped, f"neighbour-{number}") for number in range(SEATS)]
        async with AsyncExitStack() as people:
            for visitor in visitors:
                await people.enter_async_context(silent_person(shipped, "mine", headers=visitor))
            taken = [await started(shipped, "mine", visitor) for visitor in visitors]
            statuses = [answer.status for answer in taken]
            assert statuses == [201] * (SEATS // 2) + [429] * (SEATS // 2)
            assert taken[-1].body["code"] == "too_many_sessions"
            elsewhere = bearer(shipped, "somebody-elsewhere")
            status = await asyncio.to_thread(started_from, "127.0.0.2", shipped, elsewhere)
            assert status == 201


def started_from(address: str, served: Backend, headers: dict[str, str]) -> int:
    """How a start is answered that comes from another address of this machine."""
    where = urlsplit(served.url)
    client = HTTPConnection(where.hostname or "", where.port, 20, source_address=(address, 0))
    with closing(client):
        body = json.dumps({"room": "mine", "identity": "ada"})
        client.request("POST", "/session", body, {**headers, "Content-Type": "application/json"})
        return client.getresponse().status


async def test_for_who_never_comes_nothing_is_bought(served: Backend, asked: OpenAIStandIn) -> None:
    eve = bearer(served, "eve")
    answers = [await started(served, f"empty-{number}", eve) for number in range(2)]
    for answer in answers:
        assert answer.status == 201
        assert await reason_of_end(served, answer, eve) == "left"
    assert asked.requests() == []


async def test_who_comes_late_is_greeted(served: Backend, asked: OpenAIStandIn) -> None:
    """By a name that is in the greeting, so that its voice is none that was kept of another's."""
    bob = bearer(served, "bob")
    answer = await started(served, "late", bob, "here")

    async def is_active() -> bool:
        return (await session_of(served, answer, bob))["state"] == "active"

    await until_async(is_active, what="the agent can hear")
    assert asked.requests() == []
    async with silent_person(served, "late", "here", headers=bob):
        await until_async(lambda: asked.requests("/v1/audio/speech"), what="the greeting")
        await stopped(served, answer, bob)


async def test_an_agent_that_waits_for_its_person_obeys(
    served: Backend, asked: OpenAIStandIn
) -> None:
    eve = bearer(served, "eve")
    answer = await started(served, "stopped", eve)
    await stopped(served, answer, eve)
    assert asked.requests() == []


async def test_who_was_there_is_waited_for(served: Backend, ada: Person) -> None:
    await greeted(ada)
    gone = ada.now()
    await ada.leave_room()
    assert await until_ended(ada) == "left"
    waited = ada.events("session_ended")[0]["received"] - gone
    assert GRACE_SECONDS - 1 <= waited <= GRACE_SECONDS + SLACK
    listed = await asyncio.to_thread(served.request, "GET", "/sessions")
    assert ada.session_id in [each["session_id"] for each in listed.body["sessions"]]


async def test_who_was_there_is_waited_for_by_the_next_agent_too(
    served: Backend, media: MediaServer, ada: Person
) -> None:
    await greeted(ada)
    await removed(media, ada, f"agent-{ada.session_id}-1")
    await ada.until_final("agent", 2)
    gone = ada.now()
    await ada.leave_room()
    assert await until_ended(ada) == "left"
    waited = ada.events("session_ended")[0]["received"] - gone
    assert GRACE_SECONDS - 1 <= waited <= GRACE_SECONDS + SLACK
