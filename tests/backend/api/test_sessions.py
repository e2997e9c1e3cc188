"""`GET` and `DELETE /session/{id}`, `GET /transcripts/{id}`, `GET /sessions`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.utils import timezone
from fakes.runtime import FakeRuntime
from fakes.visitors import ALICE, BOB
from voice_sessions import queries
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import ErrorEvent, Final, Message, SessionStarted, Speech, TurnTimes
from voice_sessions.models import Session, State

WANTED = {"room": "kitchen", "identity": "ann"}


async def start(client: httpx.AsyncClient, **changes: str) -> str:
    return (await client.post("/session", json={**WANTED, **changes})).json()["session_id"]


@sync_to_async
def write(session_id: str, *messages: Message) -> None:
    for message in messages:
        event_log.append(session_id, 1, message)  # type: ignore[arg-type]


async def test_a_session_tells_its_state_and_times(alice: httpx.AsyncClient):
    session_id = await start(alice)
    await sync_to_async(sessions.activate)(session_id, 1)
    live = (await alice.get(f"/session/{session_id}")).json()
    assert live.pop("created_at") <= live.pop("started_at")
    assert live == {
        **WANTED,
        "session_id": session_id,
        "state": "active",
        "recorded": False,
        "ended_at": None,
        "end_reason": None,
        "last_seq": 1,
        "continues": None,
        "summarised": 0,
        "agent": {"slug": "default", "name": "", "revision": 0, "draft": False},
    }
    await alice.delete(f"/session/{session_id}")
    ended = (await alice.get(f"/session/{session_id}")).json()
    assert (ended["state"], ended["end_reason"], ended["last_seq"]) == ("ended", "stopped", 2)
    assert datetime.fromisoformat(ended["ended_at"]).tzinfo is not None
    assert ended["ended_at"].endswith("Z")


@pytest.mark.parametrize("error", [ValueError("the words of somebody"), OperationalError("away")])
async def test_a_session_that_cannot_be_ended_is_not_said_to_be(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    session_id = await start(alice)
    long_ago = timezone.now() - timedelta(seconds=10)
    stuck = Session.objects.filter(id=session_id)
    await stuck.aupdate(state=State.ENDING, end_reason=EndReason.STOPPED, ending_at=long_ago)

    def fails(_session_id: str) -> bool:
        raise error

    finish = sessions.finish
    monkeypatch.setattr(sessions, "finish", fails)
    answer = await alice.delete(f"/session/{session_id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "session_not_ended")
    assert answer.headers["retry-after"] == "5"
    assert "words" not in answer.text

    monkeypatch.setattr(sessions, "finish", finish)
    assert (await alice.delete(f"/session/{session_id}")).json() == {"stopped": True}
    assert (await alice.get(f"/session/{session_id}")).json()["state"] == "ended"


async def test_stopping_answers_at_once_and_however_often(
    alice: httpx.AsyncClient, runtime: FakeRuntime
):
    session_id = await start(alice)
    for _ in range(3):
        answer = await alice.delete(f"/session/{session_id}")
        assert (answer.status_code, answer.json()) == (200, {"stopped": True})
    assert runtime.settled == [session_id] * 3


async def test_stopping_keeps_the_reason_of_who_was_first(alice: httpx.AsyncClient):
    session_id = await start(alice)
    await sync_to_async(sessions.end)(session_id, EndReason.LEFT)
    await alice.delete(f"/session/{session_id}")
    assert (await alice.get(f"/session/{session_id}")).json()["end_reason"] == "left"


@pytest.mark.parametrize("path", ["/session/nope", "/transcripts/nope", "/session/%00"])
async def test_an_unknown_session_is_a_404(alice: httpx.AsyncClient, path: str):
    answer = await alice.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_transcript_has_the_words_in_the_order_in_which_they_were_said(
    alice: httpx.AsyncClient,
):
    session_id = await start(alice)
    await write(
        session_id,
        Speech(role="agent", event="speech_started", segment="a"),
        Speech(role="user", event="speech_started", segment="u"),
        Speech(role="agent", event="speech_ended", segment="a"),
        Final(role="user", text="Wait!", segment="u"),
        Final(role="agent", text="I was", segment="a", interrupted=True),
    )
    found = (await alice.get(f"/transcripts/{session_id}")).json()
    times = [entry["at"] for entry in found["entries"]]
    assert times == sorted(times), "an entry is as old as its first sound"
    ends = [entry.pop("until") for entry in found["entries"]]
    assert ends[0] >= times[1] and ends[1] is None
    entries = [{**entry, "at": ""} for entry in found.pop("entries")]
    assert entries == [
        {"seq": 5, "order": 1, "segment": "a", "role": "agent", "text": "I was"}
        | {"at": "", "interrupted": True, "typed": False, "filler": False},
        {"seq": 4, "order": 2, "segment": "u", "role": "user", "text": "Wait!"}
        | {"at": "", "interrupted": False, "typed": False, "filler": False},
    ]
    assert found.pop("speaking") == ["user"]
    assert found.pop("local_language") == []
    assert found.pop("turn_times") == found.pop("events") == []
    assert found.pop("recording") is None
    assert found == (await alice.get(f"/session/{session_id}")).json()


async def test_a_transcript_has_what_each_reply_took(alice: httpx.AsyncClient):
    session_id = await start(alice)
    told = TurnTimes(segment="a", asked="u", wait_ms=900, text_ms=200, heard_ms=700, guess="hit")
    await write(
        session_id,
        Final(role="user", text="Hello?", segment="u"),
        Speech(role="agent", event="speech_started", segment="a"),
        told,
    )
    (times,) = (await alice.get(f"/transcripts/{session_id}")).json()["turn_times"]
    assert times.pop("at").endswith("Z")
    assert times == {
        "event": "turn_times",
        "seq": 3,
        "segment": "a",
        "asked": "u",
        "wait_ms": 900,
        "text_ms": 200,
        "heard_ms": 700,
        "guess": "hit",
    }


async def test_a_transcript_has_what_else_happened(alice: httpx.AsyncClient):
    session_id = await start(alice)
    failure = ErrorEvent(code="llm_slow", message="The language service is slow.", fatal=False)
    await write(
        session_id,
        SessionStarted(),
        Speech(role="user", event="speech_started", segment="u"),
        Speech(role="user", event="speech_ended", segment="u"),
        failure,
        Speech(role="agent", event="speech_started", segment="a"),
        Final(role="agent", text="I am here.", segment="a"),
    )
    events = (await alice.get(f"/transcripts/{session_id}")).json()["events"]
    assert [event.pop("at")[-1] for event in events] == ["Z"] * 4
    assert events == [
        {"event": "session_started", "seq": 1},
        {"event": "speech_started", "role": "user", "segment": "u", "seq": 2},
        {"event": "speech_ended", "role": "user", "segment": "u", "seq": 3},
        {"event": "error", "seq": 4} | failure.model_dump(),
    ]


async def test_a_transcript_is_one_snapshot(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    session_id = await start(alice)
    read = queries.visible_session

    def read_then_write(visitor: str, wanted: str) -> Session:
        session = read(visitor, wanted)
        event_log.append(session_id, 1, Final(role="user", text="Late.", segment="u"))
        return session

    monkeypatch.setattr(queries, "visible_session", read_then_write)
    found = (await alice.get(f"/transcripts/{session_id}")).json()
    assert (found["last_seq"], found["entries"]) == (0, [])


async def test_nobody_speaks_in_an_ended_session(alice: httpx.AsyncClient):
    session_id = await start(alice)
    await write(session_id, Speech(role="user", event="speech_started", segment="u"))
    await alice.delete(f"/session/{session_id}")
    assert (await alice.get(f"/transcripts/{session_id}")).json()["speaking"] == []


AT_ONCE = 10_000
INSERT = """
WITH RECURSIVE count(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM count WHERE n + 1 < %s)
INSERT INTO voice_sessions_session
  (id, visitor, room, identity, system_prompt, state, end_reason, generation, last_seq,
   title, hidden, created_at)
SELECT {id}, %s, 'room ' || n, 'ann', '', 'ended', 'stopped', 1, 0,
  'Talk number ' || n, %s, {time} FROM count
"""
DIALECTS = {
    "sqlite": {
        "id": "lower(hex(randomblob(11)))",
        "time": "datetime('2026-01-01', '-' || (n / 3) || ' seconds')",
    },
    "postgresql": {
        "id": "substr(md5(random()::text), 1, 22)",
        "time": "timestamptz '2026-01-01 00:00Z' - (n / 3) * interval '1 second'",
    },
}


@sync_to_async
def remember(count: int, *, visitor: str = ALICE, hidden: bool = False) -> None:
    """Ended sessions, three in each second, the first the newest: in SQL, as there may be many."""
    statement = INSERT.format(**DIALECTS[connection.vendor])
    with connection.cursor() as cursor:
        for first in range(0, count, AT_ONCE):
            cursor.execute(statement, [first, min(first + AT_ONCE, count), visitor, hidden])


async def pages(client: httpx.AsyncClient, **query: Any) -> list[list[dict[str, Any]]]:
    found, before = [], None
    while True:
        params = {**query, **({"before": before} if before else {})}
        answer = (await client.get("/sessions", params=params)).json()
        found.append(answer["sessions"])
        before = answer["next"]
        if before is None:
            return found


async def test_the_history_in_pages_newest_first(alice: httpx.AsyncClient):
    await remember(50)
    await remember(5, hidden=True)
    await remember(5, visitor=BOB)
    found = await pages(alice, limit=20)
    assert [len(page) for page in found] == [20, 20, 10]
    items = [item for page in found for item in page]
    assert len({item["session_id"] for item in items}) == 50
    times = [item["created_at"] for item in items]
    assert times == sorted(times, reverse=True)
    expected = {"session_id", "title", "state", "room", "identity"}
    assert expected | {"started_at", "ended_at", "end_reason"} <= set(items[0])


async def test_exactly_one_page_has_no_next(alice: httpx.AsyncClient):
    await remember(20)
    assert [len(page) for page in await pages(alice)] == [20]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"before": "nonsense"}, "before"),
        ({"before": "MTIz"}, "before"),
        ({"before": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5IHg="}, "before"),
        ({"before": "MTcwMDAwMDAwMDAwMDAwMCBhAGI="}, "before"),
        ({"q": "x" * 201}, "q"),
    ],
)
async def test_a_bad_query_is_named(alice: httpx.AsyncClient, query: dict[str, str], field: str):
    answer = await alice.get("/sessions", params=query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_a_page_of_a_long_history_is_read_in_under_50_ms(record: None):
    await remember(100_000)
    await remember(20_000, visitor=BOB)

    @sync_to_async
    def quickest(**query: Any) -> float:
        taken = []
        for _ in range(7):
            begun = time.thread_time()  # of the processor, whatever else the machine does
            page, _next = queries.history(ALICE, limit=20, **query)
            taken.append(time.thread_time() - begun)
        assert len(page) == 20
        return min(taken)

    middle = queries.Position(datetime(2025, 12, 31, 20, tzinfo=UTC), "x")
    assert await quickest() < 0.05
    assert await quickest(before=middle) < 0.05
