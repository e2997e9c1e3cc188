"""A room is for one person and one session: who stays, comes back or comes beside is put out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import jwt
import pytest
from fakes.openai_api import OpenAIStandIn
from livekit import rtc
from support.backend import Backend, backend
from support.media_server import MediaServer, media_server
from support.person import person
from support.ports import free_port
from support.slow import but_first
from support.stranger import Stranger, people, present, stranger
from support.waiting import until_async

from agent.conftest import KEY
from agent.listeners.test_turns import greeted

pytestmark = pytest.mark.processes

SOON = 5.0
TIMES = but_first([6, 20])
"""How often and in how many rooms at once; `make faults` tries the larger number."""


@pytest.fixture(scope="module", params=["webhooks", "no webhooks"])
def served(
    request: pytest.FixtureRequest, openai_api: OpenAIStandIn
) -> Iterator[tuple[MediaServer, Backend]]:
    """A media server and a backend, which is told of what happens in rooms or is not."""
    port = free_port()
    hooks = [f"http://127.0.0.1:{port}/livekit-webhook"] if request.param == "webhooks" else []
    with media_server(webhooks=hooks) as media, _backend(media, openai_api, port) as running:
        yield media, running
        print(running.process.output())


def _backend(media: MediaServer, openai_api: OpenAIStandIn, port: int):  # type: ignore[no-untyped-def]
    return backend(
        media,
        BACKEND_PORT=str(port),
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hi.",
        MAX_SESSIONS="60",
        MAX_SESSIONS_PER_VISITOR="60",
    )


@pytest.fixture
async def eve(agents: Backend) -> AsyncIterator[Stranger]:
    async with stranger(agents) as somebody:
        yield somebody


async def until_alone(media: MediaServer, room: str, seconds: float = SOON) -> None:
    async def nobody() -> bool:
        return not await people(media, room)

    await until_async(nobody, seconds=seconds, what=f"nobody is in {room}")


async def starts(served: Backend, room: str, identity: str = "eve") -> str:
    """The id of a new session; on a busy machine its agent may need another try."""
    body = {"room": room, "identity": identity}

    async def started() -> str:
        answer = await asyncio.to_thread(served.request, "POST", "/session", body)
        assert answer.status in (201, 502), answer.body
        return str(answer.body.get("session_id", ""))

    return await until_async(started, seconds=60, what="a session")


async def stops(served: Backend, session_id: str) -> None:
    answer = await asyncio.to_thread(served.request, "DELETE", f"/session/{session_id}")
    assert answer.status == 200


async def test_who_stays_after_stop_is_put_out_and_an_old_token_lets_nobody_in_for_long(
    served: tuple[MediaServer, Backend],
) -> None:
    media, running = served
    async with stranger(running) as eve:
        old = await eve.token("stays")
        await eve.join(old)
        await stops(running, await starts(running, "stays"))
        await until_alone(media, "stays")
        for _ in range(2):
            await eve.join(old)
            await until_alone(media, "stays")
        assert eve.outs == ["PARTICIPANT_REMOVED"] * 3


async def test_an_old_token_does_not_get_into_the_next_session(
    agents: Backend, media: MediaServer, eve: Stranger
) -> None:
    old = await eve.token("next")
    await eve.join(old)
    await stops(agents, await starts(agents, "next"))
    fresh = await eve.token("next")
    await eve.join(fresh)
    session = await starts(agents, "next")
    await eve.join(old)
    await until_alone(media, "next")
    await stops(agents, session)


async def test_a_renewed_token_tells_the_same(media: MediaServer, eve: Stranger) -> None:
    token = await eve.token("renewed")
    renewed: list[str] = []
    room = rtc.Room()
    room.on("token_refreshed", lambda: renewed.append("once"))
    eve._rooms.append(room)
    await room.connect(media.url, token)
    claims = jwt.decode(token, options={"verify_signature": False})
    found = (await present(media, "renewed"))["eve"]
    assert dict(found.attributes) == claims["attributes"] and set(claims["attributes"]) == {
        "after",
        "pass",
    }
    await room.local_participant.set_attributes({"after": "99"})
    found = (await present(media, "renewed"))["eve"]
    assert dict(found.attributes) == claims["attributes"], "nobody changes it"


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("leaves_first", [True, False])
async def test_stop_and_start_time_after_time_in_one_room_hit_nobody(
    agents: Backend, media: MediaServer, leaves_first: bool, times: int
) -> None:
    name = f"again-{leaves_first}-{times}"
    async with stranger(agents) as eve:
        room: rtc.Room | None = None
        for _ in range(times):
            if leaves_first and room:
                await room.disconnect()
            room = await eve.join(await eve.token(name))
            session = await starts(agents, name)
            assert room.isconnected() and await people(media, name) == {"eve"}
            await stops(agents, session)
        await until_alone(media, name)


@pytest.mark.parametrize("rooms_at_once", TIMES)
async def test_whoever_comes_for_the_next_session_is_never_put_out(
    served: tuple[MediaServer, Backend], rooms_at_once: int
) -> None:
    media, running = served
    async with stranger(running) as crowd:
        names = [f"crowd-{number}-of-{rooms_at_once}" for number in range(rooms_at_once)]
        rooms = await asyncio.gather(*(_twice(running, crowd, name) for name in names))
        for _ in range(14):  # two looks of the supervisor, and what webhooks bring about
            await asyncio.sleep(0.5)
            assert all(room.isconnected() for room in rooms)
        for name in names:
            assert await people(media, name) == {"eve"}


async def _twice(running: Backend, crowd: Stranger, name: str) -> rtc.Room:
    """Stops, then joins and starts again at once, without having left: the last connection."""
    await crowd.join(await crowd.token(name))
    await stops(running, await starts(running, name))
    room = await crowd.join(await crowd.token(name))
    await starts(running, name)
    return room


async def test_a_second_name_is_refused_and_agents_that_take_over_are_not(
    agents: Backend, media: MediaServer, eve: Stranger
) -> None:
    async with person(agents, "one") as ada:
        refused = await asyncio.create_task(_refused(eve, await eve.token("one", "bob")))
        assert refused, "the media server lets one person in"
        await greeted(ada)
        answer = agents.request("GET", "/token?room=one&identity=bob")
        assert (answer.status, answer.body["code"]) == (409, "room_in_use")
        posted = agents.request("POST", "/token", {"room_name": "one", "participant_identity": "b"})
        assert (posted.status, posted.body["code"]) == (409, "room_in_use")
        again = await eve.join(await eve.token("one", "ada"))
        assert again.isconnected(), "a second tab takes over"
        await ada.stop()


async def _refused(eve: Stranger, token: str) -> bool:
    try:
        await eve.join(token)
    except rtc.ConnectError:
        return True
    return False


@pytest.mark.slow
async def test_fifty_rooms_without_a_session_are_held_for_half_a_minute_once(
    served: tuple[MediaServer, Backend],
) -> None:
    media, running = served
    names = [f"held-{number}" for number in range(50)]
    async with stranger(running) as eve:
        tokens = [await eve.token(name) for name in names]
        for token in tokens:
            await eve.join(token)

        async def held() -> int:
            return sum([len(await people(media, name)) for name in names])

        assert await held() == 50
        await until_async(lambda: _none(held), seconds=45, what="nobody holds a room")
        for token in tokens[:10]:
            await eve.join(token)
        await until_async(lambda: _none(held), seconds=SOON, what="nor again")


async def _none(count) -> bool:  # type: ignore[no-untyped-def]
    return await count() == 0
