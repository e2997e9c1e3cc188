"""`POST /ready/services`: one real request to a service, for staff."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from agent_manager import trial
from asgiref.sync import sync_to_async
from visitors.rates import TRIALS_PER_MINUTE
from voice_sessions.models import Session, Worker
from voice_sessions.processes import workers

PATH = "/ready/services"


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the services that were asked; language refuses the key."""
    kinds: list[str] = []

    async def try_out(kind: Any) -> trial.Trial:
        kinds.append(kind)
        failure = ("refused", "It refused the key.") if kind == "llm" else ("", "")
        return trial.Trial(12, *failure)

    monkeypatch.setattr(trial, "try_out", try_out)
    return kinds


async def test_staff_have_a_service_tried(staff: httpx.AsyncClient, tried: list[str]):
    good = await staff.post(PATH, json={"service": "stt"})
    assert (good.status_code, good.json()) == (
        200,
        {"service": "stt", "milliseconds": 12, "reason": "", "problem": ""},
    )
    bad = (await staff.post(PATH, json={"service": "llm"})).json()
    assert (bad["reason"], bad["problem"]) == ("refused", "It refused the key.")
    assert tried == ["stt", "llm"]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_to_others_it_is_an_unknown_address(
    stranger: httpx.AsyncClient, alice: httpx.AsyncClient, tried: list[str], method: str
):
    for client in (stranger, alice):
        answer = await client.request(method, PATH, json={"service": "llm"})
        nowhere = await client.request(method, "/ready/nope", json={"service": "llm"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json().keys() == nowhere.json().keys()
    assert tried == []


async def test_another_sites_form_asks_nobody(staff: httpx.AsyncClient, tried: list[str]):
    """A form of another site's page can send no JSON without the browser asking first."""
    form = await staff.post(PATH, data={"service": "llm"})
    plain = {"Content-Type": "text/plain"}
    text = await staff.post(PATH, content='{"service": "llm"}', headers=plain)
    assert (form.status_code, text.status_code, tried) == (415, 415, [])


async def test_a_wrong_service_is_named(staff: httpx.AsyncClient, tried: list[str]):
    answer = await staff.post(PATH, json={"service": "tea"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["service"])


async def test_trials_are_few_a_minute(staff: httpx.AsyncClient, tried: list[str]):
    for _ in range(TRIALS_PER_MINUTE):
        assert (await staff.post(PATH, json={"service": "tts"})).status_code == 200
    answer = await staff.post(PATH, json={"service": "tts"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert len(tried) == TRIALS_PER_MINUTE


async def test_staff_see_the_free_seats_of_workers(
    staff: httpx.AsyncClient, session: Session, settings: Any
):
    settings.AGENT_RUNTIME = "dispatch"
    seats = {"seats": 3, "sessions": 1, "is_draining": False, "is_loaded": False}
    await sync_to_async(workers.report)(Worker(id="w", host="h", pid=1, **seats))
    answer = (await staff.get("/ready")).json()
    assert answer["seats"] == {"all": 3, "free": 2, "workers": 1}
