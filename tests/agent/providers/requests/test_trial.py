"""What one real request to each service tells: its time, or what failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from agent_manager import trial
from config.services import Kind
from fakes.openai_api import OpenAIStandIn
from support.limits import in_time

from .asking import PATHS, every_kind, service_at

FAILURES = [
    ("refuse_401", "refused", "refused the key."),
    ("hang", "slow", "does not answer in time."),
    ("error_500", "failed", "failed."),
]


@pytest.fixture
def api(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIStandIn]:
    monkeypatch.setattr(trial, "TRIAL_SECONDS", 1.5)
    with OpenAIStandIn() as running:
        service = service_at(running.base_url, first_byte=20.0)
        settings.SERVICES = {"stt": service, "llm": service, "tts": service}
        yield running


@every_kind
async def test_a_service_that_works_is_asked_once(api: OpenAIStandIn, kind: Kind) -> None:
    told = await trial.try_out(kind)
    assert (told.reason, told.problem) == ("", "")
    assert told.milliseconds >= 150 and in_time(told.milliseconds / 1000, 1.5)
    assert len(api.requests(PATHS[kind])) == 1


@every_kind
@pytest.mark.parametrize(("fault", "reason", "problem"), FAILURES)
async def test_what_fails_is_told(
    api: OpenAIStandIn, kind: Kind, fault: Any, reason: str, problem: str
) -> None:
    api.set_fault(kind, fault)
    told = await trial.try_out(kind)
    assert told.reason == reason
    assert told.problem.endswith(problem)
    assert in_time(told.milliseconds / 1000, 3.0)


@every_kind
async def test_a_service_that_is_away_is_told(api: OpenAIStandIn, kind: Kind) -> None:
    api.stop()
    assert (await trial.try_out(kind)).reason == "unreachable"
