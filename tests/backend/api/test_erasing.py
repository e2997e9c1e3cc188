"""`DELETE /transcripts/{id}` and `DELETE /sessions`: what a person wants forgotten."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from fakes.installation import Installation
from fakes.visitors import ALICE, BOB
from voice_sessions import queries
from voice_sessions.actions import erasing, event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final
from voice_sessions.models import Event, Session

WORDS = "My secret is a pineapple."
LONG_AGO = timedelta(hours=1)


@sync_to_async
def talk(visitor: str = ALICE, room: str = "kitchen", prompt: str = "") -> str:
    """A session in which somebody said WORDS, and which has ended."""
    new = sessions.NewSession(visitor, room, "ann", system_prompt=prompt)
    session, _ = sessions.start(new)
    sessions.activate(session.id, 1)
    sessions.person_came(session.id)
    event_log.append(session.id, 1, Final(role="user", text=WORDS, segment="u1"))
    sessions.end(session.id, EndReason.STOPPED)
    sessions.finish(session.id)
    return session.id


async def ended_before(session_id: str, age: timedelta) -> None:
    await Session.objects.filter(id=session_id).aupdate(ended_at=timezone.now() - age)


async def sweep() -> None:
    await sync_to_async(erasing.sweep)()


def everything() -> str:
    """All that the record holds, as text."""
    rows = [*Session.objects.values(), *Event.objects.values()]
    return repr(rows)


async def test_an_erased_session_is_found_by_nobody_and_no_word_of_it_is_left(
    alice: httpx.AsyncClient,
):
    session_id = await talk(prompt=WORDS)
    kept = await talk(room="garden")
    answer = await alice.delete(f"/transcripts/{session_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    for path in (f"/transcripts/{session_id}", f"/session/{session_id}"):
        assert (await alice.get(path)).status_code == 404
    assert (await alice.delete(f"/transcripts/{session_id}")).status_code == 404
    listed = (await alice.get("/sessions", params={"q": "pineapple"})).json()["sessions"]
    assert [each["session_id"] for each in listed] == [kept]
    assert not await Event.objects.filter(session_id=session_id).aexists()
    left = await Session.objects.filter(id=session_id).values().aget()
    assert WORDS not in repr(left)


async def test_a_session_that_goes_on_is_not_erased(alice: httpx.AsyncClient):
    started = await alice.post("/session", json={"room": "kitchen", "identity": "ann"})
    session_id = started.json()["session_id"]
    answer = await alice.delete(f"/transcripts/{session_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "session_live")
    assert (await alice.get(f"/transcripts/{session_id}")).status_code == 200
    await alice.delete(f"/session/{session_id}")
    assert (await alice.delete(f"/transcripts/{session_id}")).status_code == 204


async def test_nobody_erases_what_is_not_theirs(
    bob: httpx.AsyncClient, stranger: httpx.AsyncClient, alice: httpx.AsyncClient
):
    session_id = await talk()
    assert (await bob.delete(f"/transcripts/{session_id}")).status_code == 404
    assert (await stranger.delete(f"/transcripts/{session_id}")).status_code == 401
    assert (await bob.delete("/sessions")).status_code == 204
    assert (await stranger.delete("/sessions")).status_code == 401
    assert len((await alice.get(f"/transcripts/{session_id}")).json()["entries"]) == 1


async def test_all_ended_sessions_of_a_visitor_are_erased_at_once(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
):
    for number in range(3):
        await talk(room=f"room {number}")
    others = await talk(visitor=BOB)
    started = await alice.post("/session", json={"room": "kitchen", "identity": "ann"})
    assert (await alice.delete("/sessions")).status_code == 204
    left = (await alice.get("/sessions")).json()["sessions"]
    assert [each["session_id"] for each in left] == [started.json()["session_id"]]
    assert (await bob.get(f"/transcripts/{others}")).status_code == 200
    assert (await sync_to_async(everything)()).count(WORDS) == 2  # Bob's title and final


async def test_of_very_many_the_rest_goes_in_later_sweeps(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(erasing, "BATCH", 2)
    monkeypatch.setattr(erasing, "MOST_BATCHES", 1)
    for number in range(5):
        await talk(room=f"room {number}")
    await alice.delete("/sessions")
    assert (await alice.get("/sessions")).json()["sessions"] == []
    assert await Event.objects.values("session").distinct().acount() == 3
    for _ in range(2):
        await sweep()
    assert not await Event.objects.aexists()


async def test_a_room_counts_an_erased_session_while_somebody_may_be_there_for_it(
    alice: httpx.AsyncClient,
):
    first, second = await talk(), await talk()
    await ended_before(first, LONG_AGO)
    await alice.delete("/sessions")
    await sweep()
    assert (await sync_to_async(queries.room_standing)(ALICE, "kitchen")).over == 2
    await ended_before(second, LONG_AGO)
    started = await alice.post("/session", json={"room": "kitchen", "identity": "ann"})
    await sweep()
    assert (await sync_to_async(queries.room_standing)(ALICE, "kitchen")).over == 2
    await alice.delete(f"/session/{started.json()['session_id']}")
    await ended_before(started.json()["session_id"], LONG_AGO)
    await sweep()
    assert not await Session.objects.filter(id__in=[first, second]).aexists()


async def test_the_supervisor_sweeps(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, record: None
):
    monkeypatch.setattr(erasing, "MOST_BATCHES", 0)
    session_id = await talk()
    await sync_to_async(erasing.erase_all)(ALICE)
    assert await Event.objects.filter(session_id=session_id).aexists()
    monkeypatch.setattr(erasing, "MOST_BATCHES", 1)
    await installation.pass_time(4)
    assert not await Event.objects.filter(session_id=session_id).aexists()
