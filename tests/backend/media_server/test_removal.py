"""Who has to leave a room, by what their tokens tell and what the record says."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import jwt
import pytest
from django.conf import settings
from fakes.installation import Installation, in_thread
from fakes.visitors import ALICE
from media_server import names, removal, rooms
from media_server.names import livekit_room_name
from media_server.rooms import Pass, View
from voice_sessions import queries
from voice_sessions.actions import sessions
from voice_sessions.endings import EndReason
from voice_sessions.models import Session
from voice_sessions.processes import leases
from voice_sessions.queries import RoomStanding

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = {"room": "kitchen", "identity": "ann"}


def view(room: str = "room", **passes: Pass) -> View:
    return View(room, is_marked=True, people=frozenset(passes), passes=passes)


@pytest.mark.parametrize(
    ("after", "standing", "leaves"),
    [
        (0, RoomStanding(over=0, identity="ada"), False),
        (0, RoomStanding(over=1), True),
        (1, RoomStanding(over=1), False),
        (1, RoomStanding(over=1, identity="ada"), False),
        (1, RoomStanding(over=1, identity="bob"), True),
        (2, RoomStanding(over=1, identity="bob"), False),  # bob's has ended since this was read
        (None, RoomStanding(over=1, identity="bob"), False),
    ],
)
def test_who_came_for_the_next_session_stays(
    after: int | None, standing: RoomStanding, leaves: bool
) -> None:
    found = removal.outsiders(view(ada=Pass("p", after)), standing)
    assert found == ({"ada"} if leaves else set())


async def test_a_room_without_a_session_is_closed_after_half_a_minute(
    installation: Installation,
) -> None:
    installation.views = {"x": view("x", eve=Pass("p1", 0)), "theirs": View("theirs", others=1)}
    await installation.pass_time(29)
    assert installation.removed == []
    await installation.pass_time(4)
    assert set(installation.removed) == {("x", "eve")}


async def test_a_pass_that_has_had_its_half_minute_gets_no_other(
    installation: Installation,
) -> None:
    installation.views = {"x": view("x", eve=Pass("p1", 0))}
    await installation.pass_time(33)
    installation.views, installation.removed = {}, []
    await installation.pass_time(60)
    installation.views = {"x": view("x", eve=Pass("p1", 0), new=Pass("p2", 0))}
    await installation.pass_time(4)
    assert set(installation.removed) == {("x", "eve")}


async def test_a_room_whose_session_goes_on_is_left_alone(installation: Installation) -> None:
    await installation.session_without_an_agent()
    installation.views = {"room": view("room", ada=Pass("p", 0), bob=Pass("q", 0))}
    await installation.pass_time(6)
    assert set(installation.removed) - {("room", f"agent-{s}-1") for s in await _ids()} == {
        ("room", "bob")
    }


async def _ids() -> list[str]:
    return [each.id async for each in Session.objects.all()]


async def test_nobody_is_put_out_while_another_does_it_and_who_asks_waits(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.views = {"room": view("room", ada=Pass("p", 0))}
    lease = names.removal_lease("room")
    assert await in_thread(leases.hold)(lease, "another")
    clearing = asyncio.create_task(removal.clear("local", "room", 1))
    await asyncio.sleep(0.3)
    assert installation.removed == [] and not clearing.done()
    installation.views = {}
    await asyncio.sleep(0.2)
    assert not clearing.done(), "the other's removal may be on its way"
    await in_thread(leases.release)(lease, "another")
    await asyncio.wait_for(clearing, 2)
    assert installation.removed == []


@pytest.fixture
def cleared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """The rooms that were cleared for a token."""
    found: list[tuple[str, str, int]] = []

    async def clear(visitor: str, room: str, over: int) -> None:
        found.append((visitor, room, over))

    monkeypatch.setattr(removal, "clear", clear)
    return found


async def _after(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/token", params=WANTED)
    assert answer.status_code == 200, answer.text
    token = answer.json()["token"]
    claims = jwt.decode(token, settings.LIVEKIT_API_SECRET, algorithms=["HS256"])
    return dict(claims["attributes"])


async def test_a_token_tells_how_many_sessions_of_its_room_are_over(
    alice: httpx.AsyncClient, session: Session, cleared: list[tuple[str, str, int]]
) -> None:
    first = await _after(alice)
    assert first["after"] == "0" and cleared == []
    await in_thread(sessions.end)(session.id, EndReason.STOPPED)
    second = await _after(alice)
    assert second["after"] == "1" and cleared == [(ALICE, "kitchen", 1)]
    assert first["pass"] != second["pass"]
    await in_thread(sessions.finish)(session.id)
    await in_thread(sessions.hide)(session.id)
    assert (await _after(alice))["after"] == "0", "a start that failed does not count"


async def test_what_is_ending_is_over_for_a_token_but_puts_nobody_out(session: Session) -> None:
    await in_thread(sessions.end)(session.id, EndReason.STOPPED)
    pair = (ALICE, "kitchen")
    assert (await in_thread(queries.room_standing)(*pair)).over == 1
    assert (await in_thread(queries.room_standings)({pair}))[pair] == RoomStanding()


async def test_a_room_under_another_name_gives_no_token(
    alice: httpx.AsyncClient, session: Session
) -> None:
    asked = {"room_name": "kitchen", "participant_identity": "bob"}
    for answer in (
        await alice.get("/token", params={**WANTED, "identity": "bob"}),
        await alice.post("/token", json=asked),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "room_in_use")


async def test_a_media_server_that_is_away_keeps_nobody_from_a_token(
    alice: httpx.AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_name: str) -> None:
        raise TimeoutError

    monkeypatch.setattr(rooms, "look_at", away)
    await in_thread(sessions.end)(session.id, EndReason.STOPPED)
    assert (await _after(alice))["after"] == "1"
    assert livekit_room_name(ALICE, "kitchen").startswith("kitchen~")
