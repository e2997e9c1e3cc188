"""Who is the person of a session: a caller over SIP is, a stream under the person's name is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fakes.openai_api import OpenAIStandIn
from livekit import api
from support.backend import Backend
from support.media_server import MediaServer
from support.person import Person
from support.speech import line
from support.stranger import present
from support.waiting import until_async

from agent.listeners.test_turns import WORDS, greeted
from agent.shift.test_endings import until_ended

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("short_voices")]

GRACE = 3
"""SESSION_GRACE_SECONDS of the shared backend."""
SLACK = 3.5
LOOKING_SECONDS = 7.0
"""Longer than who never comes is waited for (5 s); the supervisor looks at rooms every 3 s."""


class Caller(Person):
    """A person whom LiveKit's SIP service puts into the room: their token tells nothing of ours."""

    kind: api.AccessToken.ParticipantKind = "sip"

    async def _admission(self) -> tuple[str, str]:
        grants = api.VideoGrants(
            room_join=True, room=self.room_name, can_publish=True, can_subscribe=True
        )
        env = self.backend.env
        token = api.AccessToken(env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"])
        token = token.with_identity(self.identity).with_kind(self.kind).with_grants(grants)
        return env["LIVEKIT_URL"], token.to_jwt()


class Stream(Caller):
    """What LiveKit's ingress puts into a room: a stream from elsewhere, and nobody who listens."""

    kind = "ingress"


@pytest.fixture(params=[Caller])
async def caller(
    agents: Backend, openai_api: OpenAIStandIn, request: pytest.FixtureRequest
) -> AsyncIterator[Caller]:
    openai_api.clear()
    somebody: Caller = request.param(agents, request.node.originalname, "ada")
    await somebody.join()
    try:
        yield somebody
    finally:
        await somebody.leave()


async def state(caller: Caller) -> str:
    path = f"/session/{caller.session_id}"
    return str((await asyncio.to_thread(caller.backend.request, "GET", path)).body["state"])


async def stays_active(caller: Caller) -> None:
    """Looks again and again for as long as the supervisor needs to look several times."""
    until = caller.now() + LOOKING_SECONDS
    while caller.now() < until:
        assert await state(caller) == "active"
        await asyncio.sleep(0.5)


async def test_a_caller_is_greeted_heard_and_waited_for(
    media: MediaServer, caller: Caller, openai_api: OpenAIStandIn
) -> None:
    await greeted(caller)
    assert (await present(media, caller.room_name))["ada"].kind == api.ParticipantInfo.Kind.SIP
    assert caller.hears_since(0), "the greeting has reached the telephone"
    openai_api.queue_transcripts(WORDS)
    await caller.say(line(WORDS))
    assert (await caller.until_final("agent", 2))["text"] == openai_api.reply_to(WORDS)
    await stays_active(caller)
    gone = caller.now()
    await caller.leave_room()
    assert await until_ended(caller) == "left"
    waited = caller.events("session_ended")[0]["received"] - gone
    assert GRACE - 1 <= waited <= GRACE + SLACK


async def test_a_caller_whose_agent_is_lost_gets_another(
    media: MediaServer, caller: Caller
) -> None:
    await greeted(caller)
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        agent = f"agent-{caller.session_id}-1"
        who = api.RoomParticipantIdentity(room=caller.room_name, identity=agent)
        await client.room.remove_participant(who)
    await until_async(lambda: f"agent-{caller.session_id}-2" in caller.others(), what="an agent")
    await caller.until_final("agent", 2)
    await stays_active(caller)
    await caller.stop()
    assert await until_ended(caller) == "stopped"


@pytest.mark.parametrize("caller", [Stream], indirect=True)
async def test_a_stream_under_the_persons_name_is_nobody(
    caller: Caller, openai_api: OpenAIStandIn
) -> None:
    await caller.start()
    assert await until_ended(caller) == "left"
    assert openai_api.requests("/v1/audio/speech") == []
