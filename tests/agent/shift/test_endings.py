"""How sessions end: each reason, quickly, with everything settled and nobody left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import Delays, OpenAIStandIn
from livekit import api
from support.backend import Backend, backend
from support.limits import in_time
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.listeners.test_turns import WORDS, greeted
from agent.shift.test_typed import types


async def until_ended(ada: Person, seconds: float = 20) -> str:
    """The reason in the session's last event."""
    events = await until_async(lambda: ada.events("session_ended"), seconds=seconds)
    return str(events[0]["reason"])


async def test_stop_puts_the_agent_out_within_two_seconds(ada: Person) -> None:
    await greeted(ada)
    stopped = ada.now()
    await ada.stop()
    await until_async(lambda: not ada.others(), seconds=10, what="the agent has left")
    assert in_time(ada.now() - stopped, 2.0)
    assert await until_ended(ada) == "stopped"
    assert ada.messages[-1]["event"] == "session_ended"
    assert [m["seq"] for m in ada.messages if "seq" in m and m.get("event") != "caught_up"] == list(
        range(1, ada.messages[-1]["seq"] + 1)
    )
    await until_async(lambda: ada.close_code == 1000, what="the socket is closed with 1000")


async def test_stop_in_mid_sentence_keeps_what_was_heard(ada: Person, long_reply: str) -> None:
    await greeted(ada)
    await ada.say(line(WORDS))
    await ada.until_hears_reply()
    await ada.wait_seconds_of_reply(2)
    await ada.stop()
    assert await until_ended(ada) == "stopped"
    cut = ada.finals("agent")[-1]
    assert cut["interrupted"] is True and long_reply.startswith(cut["text"])
    starts, ends = ada.events("speech_started"), ada.events("speech_ended")
    assert {m["segment"] for m in starts} == {m["segment"] for m in ends}


async def test_stop_twice_and_at_once_is_harmless(ada: Person) -> None:
    await ada.start()
    await ada.stop()
    await ada.stop()
    assert await until_ended(ada) == "stopped"
    await ada.stop()


async def test_start_again_in_the_same_room_right_after_stop(ada: Person) -> None:
    await greeted(ada)
    first = ada.session_id
    await ada.stop()
    await ada.come_back()
    answer = await ada.start()
    assert answer["session_id"] != first
    await until_async(lambda: len(ada.others()) == 1, what="the new agent is there")


async def test_who_leaves_for_good_ends_the_session_as_left(agents: Backend, ada: Person) -> None:
    await greeted(ada)
    await ada.leave_room()
    assert await until_ended(ada) == "left"


@pytest.mark.usefixtures("short_voices")
async def test_who_comes_back_in_time_goes_on(agents: Backend, ada: Person) -> None:
    await greeted(ada)
    await ada.leave_room()
    await ada.come_back()
    await ada.say(line(WORDS))
    await ada.until_final("agent", 2)
    assert not ada.events("session_ended")


async def test_a_room_that_is_closed_ends_the_session(media: MediaServer, ada: Person) -> None:
    await greeted(ada)
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        await client.room.delete_room(api.DeleteRoomRequest(room=ada.room_name))
    assert await until_ended(ada) == "room_closed"


@pytest.fixture(scope="module")
def impatient(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    with backend(
        media,
        OPENAI_API_KEY="sk-x",
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hi.",
        IDLE_SECONDS="4",
        MAX_SESSION_SECONDS="9",
        MAX_SESSIONS_PER_VISITOR="8",
    ) as running:
        yield running


@pytest.fixture
async def bob(impatient: Backend) -> AsyncIterator[Person]:
    async with person(impatient, "limits", "bob") as somebody:
        yield somebody


async def test_silence_ends_a_session_as_idle(bob: Person) -> None:
    await bob.start()
    assert await until_ended(bob) == "idle"


async def test_typing_counts_as_speaking(
    bob: Person, openai_api: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_api, "delays", Delays(llm_first_token=20.0))
    await greeted(bob)
    await bob.until_quiet(1.0)
    await types(bob, "Is there parking?")
    assert await until_ended(bob) == "too_long", "and a reply that takes long is no silence"


async def test_no_session_outlives_the_limit(bob: Person, openai_api: OpenAIStandIn) -> None:
    await bob.start()
    while not bob.events("session_ended"):
        await bob.say(line(WORDS))
    assert await until_ended(bob) == "too_long"


async def test_shutdown_tells_the_sockets_first(
    media: MediaServer, openai_api: OpenAIStandIn
) -> None:
    with backend(media, OPENAI_API_KEY="sk-x", OPENAI_BASE_URL=openai_api.base_url) as own:
        async with person(own, "last") as eve:
            await greeted(eve)
            begun = eve.now()
            await until_async(lambda: bool(eve.session_id))
            own.process.ask_to_stop()
            assert await until_ended(eve) == "shutdown"
            await until_async(lambda: own.process.exit_code is not None, what="the backend is gone")
            assert in_time(eve.now() - begun, 5.0)
            await until_async(lambda: eve.close_code == 1000)
