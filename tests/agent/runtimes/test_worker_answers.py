"""What a worker answers when LiveKit offers it a job; the real thing is in test_workers.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from agent_manager.runtimes.dispatch import Assignment
from agent_manager.runtimes.worker import WorkerProcess
from django.db import OperationalError
from livekit.agents import AgentServer
from voice_sessions import steps as record
from voice_sessions.models import Session


class Request:
    """A job on offer: `answer` is how it was refused, `terminate` or `ask another`, or taken."""

    def __init__(self, metadata: str) -> None:
        self.job = SimpleNamespace(metadata=metadata)
        self.answer = ""

    async def reject(self, *, terminate: bool = True) -> None:
        self.answer = "terminate" if terminate else "ask another"

    async def accept(self, **_fields: object) -> None:
        self.answer = "taken"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, settings) -> WorkerProcess:  # type: ignore[no-untyped-def]
    settings.AGENT_LOAD_LIMIT = 90

    async def load(session_id: str) -> Session:
        if session_id == "unreadable":
            raise OperationalError
        if session_id == "unknown":
            raise Session.DoesNotExist
        return Session(id=session_id)

    monkeypatch.setattr(record, "load", load)
    monkeypatch.setattr(AgentServer, "active_jobs", [])
    return WorkerProcess()


async def answer(worker: WorkerProcess, session_id: str = "s", generation: int = 1) -> str:
    request = Request(Assignment(session_id, generation).to_json())
    await worker._answer(request)  # type: ignore[arg-type]
    return request.answer


async def test_it_takes_a_job_while_it_has_a_seat(worker: WorkerProcess) -> None:
    assert await answer(worker) == "taken"


async def test_without_a_seat_another_worker_is_asked(worker: WorkerProcess, settings) -> None:  # type: ignore[no-untyped-def]
    settings.AGENT_SESSIONS = 0
    assert await answer(worker) == "ask another"


async def test_above_its_load_limit_it_only_takes_what_was_lost(worker: WorkerProcess) -> None:
    worker._load = 95.0
    assert await answer(worker) == "ask another"
    assert await answer(worker, generation=2) == "taken"
    assert worker._share_taken() < 0.7


async def test_livekit_is_told_less_than_its_target_or_it_would_not_ask(
    worker: WorkerProcess, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.AGENT_SESSIONS = 4
    shares = []
    for worker._accepted in range(5):
        shares.append(worker._share_taken())
    assert shares == sorted(set(shares))
    assert shares[4] < 0.7


async def test_whose_database_is_away_lets_another_worker_try(worker: WorkerProcess) -> None:
    assert await answer(worker, "unreadable") == "ask another"


async def test_a_job_that_nobody_can_do_is_given_up(worker: WorkerProcess) -> None:
    assert await answer(worker, "unknown") == "terminate"
    request = Request("not ours")
    await worker._answer(request)  # type: ignore[arg-type]
    assert request.answer == "terminate"


async def test_it_offers_no_seat_while_livekit_cannot_reach_it(
    worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = []

    async def report(row: object) -> None:
        reported.append(row.is_draining)  # type: ignore[attr-defined]

    monkeypatch.setattr(record, "report_worker", report)
    worker._server._connecting = False
    await worker._report_once()
    worker._server._connecting = True
    await worker._report_once()
    assert reported == [False, True]
