"""What cannot be done about a session is given up aloud, and leaves its seat."""

from __future__ import annotations

from typing import Any

import pytest
from agent_manager.supervision.patience import LONGEST_PAUSE, Patience
from django.db import DataError, OperationalError
from fakes.installation import Installation, state_of
from structlog.testing import capture_logs
from voice_sessions import limits
from voice_sessions import steps as record
from voice_sessions.endings import EndReason
from voice_sessions.models import Session, State

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "the words of somebody"


@pytest.fixture
async def session(installation: Installation) -> Session:
    """A session that goes on, its person in the room and its agent silent from now on."""
    return await installation.session_without_an_agent()


async def fails(*_: Any, **__: Any) -> None:
    raise ValueError(WORDS)


@pytest.mark.parametrize("error", [ValueError(WORDS), DataError(WORDS), KeyError(WORDS)])
async def test_a_session_that_gets_no_agent_is_ended(
    installation: Installation,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    async def refuses(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(record, "replace", refuses)
    with capture_logs() as logs:
        await installation.pass_time(60)
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 1)
    failed = [line for line in logs if line["event"] == "supervision_failed"]
    assert len(failed) == 5 and failed[-1]["count"] == 5
    assert [line["event"] for line in logs if line["event"] == "session_given_up"]
    assert WORDS not in str(logs)
    assert installation.runtime.settled == [session.id]


async def test_an_end_that_fails_is_tried_less_and_less_and_then_forced(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record.end(session.id, EndReason.STOPPED)
    monkeypatch.setattr(record, "finish", fails)
    with capture_logs() as logs:
        await installation.pass_time(120)
    assert await state_of(session) == (State.ENDED, EndReason.STOPPED, 1)
    assert len([line for line in logs if line["event"] == "supervision_failed"]) == 5


async def test_where_nothing_helps_the_log_stays_short(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record.end(session.id, EndReason.STOPPED)
    monkeypatch.setattr(record, "finish", fails)
    monkeypatch.setattr(record, "close", fails)
    with capture_logs() as logs:
        await installation.pass_time(600)
    assert len(logs) < 50
    assert any(line["event"] == "session_not_closed" for line in logs)


async def test_one_poisoned_session_keeps_no_other_from_its_agent(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = await Session.objects.acreate(
        visitor="local", room="other", identity="bob", state=State.ENDING, end_reason="stopped"
    )
    finish = record.finish

    async def finish_others(session_id: str) -> bool:
        if session_id == poisoned.id:
            raise ValueError(WORDS)
        return await finish(session_id)

    monkeypatch.setattr(record, "finish", finish_others)
    await installation.pass_time(4)
    assert installation.runtime.asked == [(session.id, 2)]
    await installation.pass_time(40)
    assert (await state_of(poisoned))[0] == State.ENDED


async def test_a_look_that_fails_is_told_less_and_less(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_ended = record.not_ended
    monkeypatch.setattr(record, "not_ended", fails)
    with capture_logs() as logs:
        for _ in range(240):
            installation.now += 0.5
            await installation.supervisor._guarded_tick()
    assert 5 < len(logs) < 12
    assert WORDS not in str(logs)
    monkeypatch.setattr(record, "not_ended", not_ended)
    await installation.pass_time(4)
    assert installation.runtime.asked == [(session.id, 2)]


async def test_a_database_that_is_away_gives_up_nobody(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    replace = record.replace
    monkeypatch.setattr(record, "replace", away)
    await installation.pass_time(60)
    assert (await state_of(session))[0] == State.ACTIVE
    monkeypatch.setattr(record, "replace", replace)
    await installation.pass_time(0.5)
    assert installation.runtime.asked == [(session.id, 2)]


def test_pauses_double_up_to_a_minute_and_end_with_a_success() -> None:
    patience, now = Patience(), 100.0
    assert patience.may_try("s", now)
    pauses = []
    for _ in range(8):
        patience.failed("s", now)
        before = now
        while not patience.may_try("s", now):
            now += 0.5
        pauses.append(now - before)
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE]
    assert patience.may_try("other", now)
    patience.failed("s", now)
    patience.worked("s")
    assert patience.may_try("s", now)


async def test_the_seat_of_a_session_that_was_given_up_is_free(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MAX_SESSIONS = 1
    assert (await record.step(limits.taken)("")).all_seats
    monkeypatch.setattr(record, "replace", fails)
    await installation.pass_time(60)
    assert not (await record.step(limits.taken)("")).all_seats
