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
from voice_sessions.actions import erasing, event_log, sessions, summaries
from voice_sessions.endings import EndReason
from voice_sessions.events import Final
from voice_sessions.models import Event, Session
from voice_sessions.transcripts import Summary

WORDS = "My secret is a pineapple."
LONG_AGO = timedelta(hours=1)


@sync_to_async
def talk(visitor: str = ALICE, room: str = "kitchen", prompt: str = "") -> str:
    """A session in which somebody said WORDS, and which has ended."""
    passed = {"order": prompt}
    new = sessions.NewSession(visitor, room, "ann", system_prompt=prompt, variables=passed)
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


@sync_to_async
def remember(before: str, room: str, *of: str) -> str:
    """A session that goes on with an earlier one and whose agent has a summary of these."""
    new = sessions.NewSession(ALICE, room, "ann", continues_id=before)
    session, _ = sessions.start(new)
    assert summaries.keep(session.id, 1, Summary(f"Notes: {WORDS}", 4), of)
    return session.id


@sync_to_async
def remembered(session_id: str) -> tuple[str, int]:
    return Session.objects.values_list("summary", "summarised").get(id=session_id)


async def test_with_a_session_goes_what_later_agents_noted_of_it(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
):
    first, other = await talk(), await talk(room="garden")
    second = await remember(first, "kitchen", first)
    assert (await alice.get(f"/session/{second}")).json()["summarised"] == 4
    for client in (alice, bob):
        for path in (f"/session/{second}", f"/transcripts/{second}", "/sessions?q=notes"):
            assert "Notes" not in (await client.get(path)).text
    await alice.delete(f"/session/{second}")
    third = await remember(second, "attic", first, second)
    unlike = await remember(other, "cellar", other)
    assert (await alice.delete(f"/transcripts/{first}")).status_code == 204
    for session_id in (second, third):
        assert await remembered(session_id) == ("", 0)
    assert (await alice.get(f"/session/{third}")).json()["summarised"] == 0
    assert await remembered(unlike) == (f"Notes: {WORDS}", 4), "it is of another session"


async def test_with_all_sessions_goes_every_summary_also_of_one_that_goes_on(
    alice: httpx.AsyncClient,
):
    first = await talk()
    live = await remember(first, "kitchen", first)
    assert (await alice.delete("/sessions")).status_code == 204
    assert await remembered(live) == ("", 0)
    assert WORDS not in await sync_to_async(everything)()


async def test_a_summary_of_what_was_erased_meanwhile_is_not_kept(alice: httpx.AsyncClient):
    first, second = await talk(), await talk(room="garden")
    new = sessions.NewSession(ALICE, "attic", "ann", continues_id=second)
    session, _ = await sync_to_async(sessions.start)(new)
    await alice.delete(f"/transcripts/{first}")
    summary, keep = Summary(f"Notes: {WORDS}", 4), sync_to_async(summaries.keep)
    assert not await keep(session.id, 1, summary, (first, second))
    assert not await keep(session.id, 2, summary, (second,)), "the session has another agent"
    assert await keep(session.id, 1, summary, (second,))
    await alice.delete(f"/session/{session.id}")
    assert not await keep(session.id, 1, summary, (second,)), "the session is over"


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
