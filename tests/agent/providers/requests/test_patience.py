"""How long a service may take: long while it may load its model, as usual once it has answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from agent_manager.providers.openai import patience, transport
from agent_manager.providers.openai.patience import (
    DOUBT_SECONDS,
    USUAL_SECONDS,
    WARM_SECONDS,
    Patience,
)
from config.secret import Secret
from config.services import Kind, Service
from fakes.openai_api import Delays, OpenAIStandIn
from support.limits import in_time
from support.waiting import until_async

from .asking import PATHS, answer_of, ask, every_kind, refused, service_at

USUAL = 0.6
"""The usual time of these tests, so that they need not wait for six seconds."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIStandIn]:
    for module in (patience, transport):
        monkeypatch.setattr(module, "USUAL_SECONDS", USUAL)
    with OpenAIStandIn(Delays(stt=0.05, llm_first_token=0.05, tts_first_byte=0.05)) as running:
        yield running


@every_kind
@pytest.mark.parametrize("habit", ["takes_2s", "takes_2s_after_headers"])
async def test_a_service_that_loads_is_waited_for_and_asked_once(
    api: OpenAIStandIn, kind: Kind, habit: str
) -> None:
    service = service_at(api.base_url, first_byte=20.0)
    api.set_habit(kind, habit, times=1)
    began = time.monotonic()
    assert await ask(kind, service) == answer_of(api, kind)
    assert time.monotonic() - began >= 2
    assert len(api.requests(PATHS[kind])) == 1
    assert await ask(kind, service) == answer_of(api, kind)


async def test_a_role_alone_is_no_answer_yet(api: OpenAIStandIn) -> None:
    api.set_habit("llm", "loads_after_role", times=1)
    assert await ask("llm", service_at(api.base_url, first_byte=20.0)) == answer_of(api, "llm")


@every_kind
async def test_patience_ends(api: OpenAIStandIn, kind: Kind) -> None:
    api.set_fault(kind, "hang")
    began = time.monotonic()
    with refused() as found:
        await ask(kind, service_at(api.base_url, first_byte=1.5))
    took = time.monotonic() - began
    assert took >= 1.5 and in_time(took, 3.0)
    assert (found[0].reason, found[0].retryable, found[0].host) == ("slow", False, "127.0.0.1")


@every_kind
async def test_a_warm_service_that_hangs_has_its_usual_time(api: OpenAIStandIn, kind: Kind) -> None:
    service = service_at(api.base_url, first_byte=20.0)
    await ask(kind, service)
    api.set_fault(kind, "hang")
    began = time.monotonic()
    with refused() as found:
        await ask(kind, service)
    assert in_time(time.monotonic() - began, 2.0)
    assert (found[0].reason, found[0].retryable) == ("slow", True)


async def test_between_bytes_the_usual_time_is_all(api: OpenAIStandIn) -> None:
    api.delays = Delays(llm_word=5.0)
    began = time.monotonic()
    with refused() as found:
        await ask("llm", service_at(api.base_url, first_byte=20.0))
    assert in_time(time.monotonic() - began, 3.0)
    assert found[0].reason == "slow"


@every_kind
async def test_who_stops_waiting_hangs_up(api: OpenAIStandIn, kind: Kind) -> None:
    api.set_fault(kind, "hang")
    waiting = asyncio.create_task(ask(kind, service_at(api.base_url, first_byte=20.0)))
    await until_async(lambda: api.suffered(kind), what="the request is there")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await until_async(lambda: api.hung_up(kind), what="somebody hung up")


class Clock:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_service_is_warm_for_minutes_after_it_answered() -> None:
    clock = Clock()
    loading = Patience(60.0, clock)
    assert (loading.is_warm, loading.seconds) == (False, 60)
    loading.answered(0.3)
    clock.now += WARM_SECONDS - 1
    assert (loading.is_warm, loading.seconds) == (True, USUAL_SECONDS)
    clock.now += 2
    assert (loading.is_warm, loading.seconds) == (False, 60)


def test_one_that_stays_silent_for_a_while_may_be_loading_again() -> None:
    clock = Clock()
    loading = Patience(60.0, clock)
    loading.answered(0.3)
    loading.stayed_silent()
    clock.now += DOUBT_SECONDS - 1
    loading.stayed_silent()
    assert loading.seconds == USUAL_SECONDS
    clock.now += 2
    assert loading.seconds == 60
    loading.answered(0.3)
    assert loading.seconds == USUAL_SECONDS


def test_a_first_byte_below_the_usual_time_counts_also_when_warm() -> None:
    hurried = Patience(2.0)
    hurried.answered(0.3)
    assert hurried.seconds == 2


def test_one_that_is_always_slow_has_more_than_the_usual_time() -> None:
    slow = Patience(20.0)
    for took in (8.0, 7.0, 8.0):
        slow.answered(took)
        assert slow.seconds == 2 * took
    slow.answered(12.0)
    assert slow.seconds == 20


def test_the_time_of_loading_counts_until_the_next_answer() -> None:
    loading = Patience(60.0)
    loading.answered(15.0)
    assert loading.seconds == 30
    loading.answered(0.3)
    assert loading.seconds == USUAL_SECONDS


def test_a_cold_model_is_woken_once() -> None:
    clock = Clock()
    loading = Patience(60.0, clock)
    assert [loading.may_wake(), loading.may_wake()] == [True, False]
    loading.answered(15.0)
    assert not loading.may_wake()
    clock.now += WARM_SECONDS + 1
    assert [loading.may_wake(), loading.may_wake()] == [True, False]


@pytest.mark.parametrize(("offline", "seconds"), [(True, 60.0), (False, USUAL_SECONDS)])
def test_the_offline_server_may_always_read_for_long(offline: bool, seconds: float) -> None:
    service = Service("http://127.0.0.1:1/v1", Secret("k"), "m", offline=offline, first_byte=60.0)
    found = patience.patience_with(service)
    found.answered(0.5)
    assert found.seconds == seconds
