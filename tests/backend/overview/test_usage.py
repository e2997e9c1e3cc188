"""`GET /usage`: how much there was by day and agent, for operators and their programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from agents import saving
from asgiref.sync import sync_to_async
from fakes.visitors import ALICE
from operators import keys
from operators.models import Role
from voice_sessions.actions import usage
from voice_sessions.actions.usage import Usage
from voice_sessions.models import Session, State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = {"from": "2026-03-01", "to": "2026-03-03"}
NOTHING = {"sessions": 0, "tried": 0, "minutes": 0.0}
NOTHING |= {"input_tokens": 0, "output_tokens": 0, "characters": 0}


@sync_to_async
def lasted(minutes: float, *used: Usage, at: datetime = NOON, **more: Any) -> None:
    """A session that began then, has ended, and whose agents used that."""
    times = {"created_at": at, "started_at": at, "ended_at": at + timedelta(minutes=minutes)}
    found = {"visitor": ALICE, "room": "kitchen", "identity": "ann", "state": State.ENDED}
    session = Session.objects.create(**found, **times, **more)
    for each in used:
        usage.add(session.id, each)


async def told(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/usage", params={**DAYS, **query})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_day_has_a_row_and_all_have_a_total(operated: Any) -> None:
    viewer = await operated(Role.VIEWER)
    await lasted(2, Usage(100, 20, 300), Usage(1, 2, 3))
    await lasted(0.5, Usage(10, 0, 0), at=NOON.replace(hour=23, minute=59))
    await lasted(1, at=NOON - timedelta(days=1))
    await lasted(9, Usage(1000, 1000, 1000), at=NOON - timedelta(days=9))
    await lasted(9, Usage(1000, 1000, 1000), hidden=True)
    found = await told(viewer)
    both = {"day": "2026-03-02", "agent": None, "sessions": 2, "tried": 0, "minutes": 2.5}
    both |= {"input_tokens": 111, "output_tokens": 22, "characters": 303}
    nothing = {"day": "2026-03-03", "agent": None, **NOTHING}
    old = {"day": "2026-03-01", "agent": None, **NOTHING, "sessions": 1, "minutes": 1.0}
    assert found["rows"] == [nothing, both, old]
    assert found["total"] == {**both, "day": None, "sessions": 3, "minutes": 3.5}


async def test_days_are_those_of_a_time_zone_also_where_its_clocks_change(operated: Any) -> None:
    viewer = await operated(Role.VIEWER)
    for hour in (22, 23):  # the night to 29 March is an hour shorter in Berlin
        await lasted(1, at=datetime(2026, 3, 28, hour, 30, tzinfo=UTC))
        await lasted(1, at=datetime(2026, 3, 29, hour, 30, tzinfo=UTC))
    march = {"from": "2026-03-28", "to": "2026-03-30"}
    there = await told(viewer, **march, timezone="Europe/Berlin")
    assert there["timezone"] == "Europe/Berlin"
    assert [(row["day"], row["sessions"]) for row in there["rows"]] == [
        ("2026-03-30", 2),
        ("2026-03-29", 1),
        ("2026-03-28", 1),
    ]
    usual = await told(viewer, **march)
    assert usual["timezone"] == "UTC"
    assert [row["sessions"] for row in usual["rows"]] == [0, 2, 2]
    for zone in ("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        for first, last in (("0001-01-01", "0001-12-01"), ("9999-01-01", "9999-12-31")):
            found = await told(viewer, **{"from": first, "to": last, "timezone": zone})
            assert found["total"]["sessions"] == 0
    wrong = await viewer.get("/usage", params={"timezone": "Mars/Olympus"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["timezone"])


async def test_each_agent_has_a_row_with_what_was_tried_of_it(operated: Any) -> None:
    made = await sync_to_async(saving.create)("bistro", {"name": "B"}, "root")
    draft = await sync_to_async(saving.draft)("bistro", {"name": "B"}, "root", ALICE)
    await lasted(1, Usage(characters=7), revision=made)
    await lasted(1, revision=made, draft=draft)
    await lasted(3)
    found = await told(await operated(Role.VIEWER), by="agent")
    assert [(row["agent"], row["sessions"], row["tried"]) for row in found["rows"]] == [
        ("bistro", 2, 1),
        ("default", 1, 0),
    ]
    assert (found["rows"][0]["characters"], found["total"]["minutes"]) == (7, 5.0)


async def test_the_last_thirty_days_are_meant_where_none_are_named(operated: Any) -> None:
    viewer = await operated(Role.VIEWER)
    answer = (await viewer.get("/usage")).json()
    today = datetime.now(UTC).date()
    assert (answer["to"], len(answer["rows"])) == (today.isoformat(), 30)
    for wrong, field in (
        ({"from": "2025-01-01", "to": "2026-03-01"}, "from"),
        ({"from": "2026-03-04"}, "to"),
        ({"by": "hour"}, "by"),
    ):
        refused = await viewer.get("/usage", params={**DAYS, **wrong})
        assert list(refused.json()["errors"]) == [field]
    for days in ({"from": "0001-01-01", "to": "0001-01-02"}, {"to": "9999-12-31"}):
        assert (await viewer.get("/usage", params=days)).status_code == 200


async def test_it_is_for_operators_and_programs_that_may_read(
    browser: Any, alice: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    assert (await alice.get("/usage")).status_code == 404
    assert (await stranger.get("/usage")).status_code == 404
    for scope in keys.SCOPES:
        _key, secret = await sync_to_async(keys.make)("shop", [scope], None, "root")
        client = browser(None)
        client.headers["Authorization"] = f"Bearer {secret}"
        assert (await client.get("/usage")).status_code == (403 if scope == "sessions" else 200)
