"""`/operator/sessions`: all visitors' sessions, chosen and opened by operators alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from agents import saving
from asgiref.sync import sync_to_async
from fakes.visitors import ALICE, BOB
from operators import keys
from operators.models import AuditEntry, Role
from voice_sessions.actions import erasing, event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final
from voice_sessions.models import Session
from voice_sessions.overview import chosen

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATH = "/operator/sessions"


@sync_to_async
def talk(
    text: str,
    visitor: str = ALICE,
    *,
    at: datetime = NOON,
    reason: EndReason = EndReason.STOPPED,
    **new: Any,
) -> str:
    """A session that was asked for then and has ended, in which the person said that."""
    room = new.pop("room", "kitchen")
    session, _ = sessions.start(sessions.NewSession(visitor, room, "ann", **new))
    sessions.activate(session.id, 1)
    sessions.person_came(session.id)
    event_log.append(session.id, 1, Final(role="user", text=text, segment="s1"))
    sessions.end(session.id, reason)
    sessions.finish(session.id)
    Session.objects.filter(id=session.id).update(created_at=at)
    return session.id


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The ids of all pages, in order."""
    ids: list[str] = []
    before = None
    while True:
        params = {**query, **({"before": before} if before else {})}
        answer = await client.get(PATH, params=params)
        assert answer.status_code == 200, answer.text
        ids += [session["session_id"] for session in answer.json()["sessions"]]
        if (before := answer.json()["next"]) is None:
            return ids


@pytest.fixture
async def viewer(operated: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await operated(Role.VIEWER)
    return client


async def test_all_visitors_sessions_are_listed_newest_first(viewer: httpx.AsyncClient) -> None:
    old = await talk("Hello there.", at=NOON)
    new = await talk("Good day.", BOB, at=NOON + timedelta(hours=1))
    assert await listed(viewer) == await listed(viewer, limit=1) == [new, old]
    first = (await viewer.get(PATH)).json()["sessions"][0]
    assert (first["title"], first["line"], first["end_reason"]) == ("Good day.", None, "stopped")
    assert BOB not in (await viewer.get(PATH)).text


async def test_days_reasons_and_agents_choose(viewer: httpx.AsyncClient) -> None:
    made = await sync_to_async(saving.create)("bistro", {"name": "Bistro"}, "root")
    draft = await sync_to_async(saving.draft)("bistro", {"name": "B"}, "root", ALICE)
    late = await talk("One.", at=NOON.replace(hour=23, minute=59), revision_id=made.id)
    plain = await talk("Two.", at=NOON, reason=EndReason.LEFT)
    early = await talk("Three.", at=NOON - timedelta(days=1), draft_id=draft.id)
    assert await listed(viewer, **{"from": "2026-03-02"}) == [late, plain]
    assert await listed(viewer, **{"from": "2026-03-02", "to": "2026-03-02"}) == [late, plain]
    assert await listed(viewer, to="2026-03-01") == [early]
    assert await listed(viewer, reason="left") == [plain]
    assert await listed(viewer, agent="bistro") == [late, early]
    assert await listed(viewer, agent="default", q="two") == [plain]
    assert await listed(viewer, agent="bistro", q="t") == []
    assert await listed(viewer, agent="nobody") == []
    for wrong in (
        {"from": "March"},
        {"reason": "bored"},
        {"from": "2026-03-02", "to": "2026-03-01"},
    ):
        answer = await viewer.get(PATH, params=wrong)
        assert list(answer.json()["errors"]) == [list(wrong)[-1]]
    assert await listed(viewer, to="9999-12-31") == [late, plain, early]


async def test_words_are_found_whoever_said_them(
    viewer: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        await talk(f"Where is the café? Number {n}.", visitor, at=NOON + timedelta(hours=n))
        for n, visitor in enumerate((ALICE, BOB, "carol", "dave"))
    ]
    other = await talk("A table, please.", at=NOON + timedelta(hours=9))
    assert await listed(viewer, q="cafe number") == ids[::-1]
    assert await listed(viewer, q="CAFÉ", limit=1) == ids[::-1]
    assert await listed(viewer, q='"number 2"') == [ids[2]]
    assert await listed(viewer, q="tab") == [other] and await listed(viewer, q="?!") == []
    found = (await viewer.get(PATH, params={"q": "café", "limit": 1})).json()
    line = found["sessions"][0]["line"]
    assert line["text"][slice(*line["marks"][0].values())] == "café"
    await sync_to_async(erasing.erase)(BOB, ids[1])
    assert await listed(viewer, q="café") == [ids[3], ids[2], ids[0]]
    monkeypatch.setattr(chosen, "FIRST_LOOK", 1)
    monkeypatch.setattr(chosen, "MOST_LOOKED_AT", 2)
    first = (await viewer.get(PATH, params={"q": "café", "to": "2026-03-02", "limit": 1})).json()
    assert [each["session_id"] for each in first["sessions"]] == [ids[3]]
    await Session.objects.filter(id=ids[0]).aupdate(created_at=NOON - timedelta(days=9))
    few = {"q": "café", "to": "2026-02-25"}
    assert (await viewer.get(PATH, params={**few, "limit": 1})).json()["sessions"] == []
    assert await listed(viewer, **few, limit=1) == [ids[0]], "the next page goes on"


async def test_who_opens_a_session_is_in_the_audit(operated: Any) -> None:
    session_id = await talk("Where is my card?")
    owner = await operated(Role.OWNER)
    opened = await owner.get(f"{PATH}/{session_id}")
    assert opened.json()["entries"][0]["text"] == "Where is my card?"
    assert opened.json()["agent"]["slug"] == "default" and opened.json()["recording"] is None
    for _ in range(2):
        silent = await owner.get(f"{PATH}/{session_id}/recording")
        assert (silent.status_code, silent.json()["code"]) == (404, "no_recording")
    noted = [(e.by, e.action, e.subject) async for e in AuditEntry.objects.order_by("id")]
    assert noted == [
        ("owner-operator", "session.opened", session_id),
        ("owner-operator", "session.heard", session_id),
    ]
    assert "card" not in (await owner.get("/audit")).text
    await sync_to_async(erasing.erase)(ALICE, session_id)
    assert (await owner.get(f"{PATH}/{session_id}")).status_code == 404
    assert await AuditEntry.objects.acount() == 2


async def test_to_everybody_else_there_is_nothing(
    stranger: httpx.AsyncClient, alice: httpx.AsyncClient, browser: Any
) -> None:
    session_id = await talk("Hello.")
    clients = [stranger, alice]
    for scope in keys.SCOPES:
        _key, secret = await sync_to_async(keys.make)("shop", [scope], None, "root")
        clients.append(browser(None))
        clients[-1].headers["Authorization"] = f"Bearer {secret}"
    for client in clients:
        for path in (PATH, f"{PATH}/{session_id}", f"{PATH}/{session_id}/recording"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not await AuditEntry.objects.exclude(action="key.made").aexists()
