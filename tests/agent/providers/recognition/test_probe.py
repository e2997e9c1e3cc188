"""Whether a server streams: found out beside sessions, kept for a while, and asked anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from agent_manager.providers.learnt import Learnt
from agent_manager.providers.openai import probe
from agent_manager.providers.openai.realtime import address
from config.secret import Secret
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from support.limits import in_time
from support.ports import free_port
from support.waiting import until_async


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    known: Learnt[Service, bool] = Learnt(probe.KNOWN_SECONDS, clock=clock)
    monkeypatch.setattr(probe, "_streams", known)
    monkeypatch.setattr(probe, "PROBE_TIMEOUT", 0.5)
    monkeypatch.setattr(probe, "AGAIN_SECONDS", (0.05,))
    return clock


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running:
        yield running


def service(api: OpenAIStandIn) -> Service:
    return Service(api.base_url, Secret("sk-x"), "any")


@pytest.mark.parametrize(("habit", "streams"), [("", True), ("mute", False)])
async def test_a_socket_counts_when_it_says_something(
    clock: Clock, api: OpenAIStandIn, habit: str, streams: bool
) -> None:
    api.realtime_habit = habit  # type: ignore[assignment]
    await probe.probe(service(api))
    assert probe.gives_interim_words(service(api)) is streams
    assert probe.is_mute(service(api)) is not streams
    await probe.probe(service(api))
    assert len(api.requests("/v1/realtime")) == 1, "it was asked again"


async def test_a_server_without_a_socket_has_files(clock: Clock, api: OpenAIStandIn) -> None:
    api.realtime = False
    await probe.probe(service(api))
    assert not probe.gives_interim_words(service(api))


def test_what_is_not_known_yet_keeps_nobody_waiting(clock: Clock, api: OpenAIStandIn) -> None:
    begun = time.monotonic()
    assert probe.gives_interim_words(service(api)) is False
    assert probe.is_mute(service(api)) is False
    assert in_time(time.monotonic() - begun, 0.1)
    assert api.requests() == []


async def test_what_was_found_out_is_found_out_anew_after_an_hour(
    clock: Clock, api: OpenAIStandIn
) -> None:
    probe.found_mute(service(api))
    asking = asyncio.create_task(probe.keep_probing(service(api)))
    clock.now = probe.KNOWN_SECONDS - 1
    await asyncio.sleep(0.2)
    assert probe.is_mute(service(api)) and api.requests() == []
    clock.now = probe.KNOWN_SECONDS + 1
    await until_async(lambda: probe.gives_interim_words(service(api)), what="it knows")
    asking.cancel()


async def test_a_server_that_comes_later_is_found(clock: Clock) -> None:
    api = OpenAIStandIn(port=free_port())
    asking = asyncio.create_task(probe.keep_probing(service(api)))
    await asyncio.sleep(0.2)
    assert not probe.gives_interim_words(service(api))
    with api:
        await until_async(lambda: probe.gives_interim_words(service(api)), what="known")
    asking.cancel()


def test_what_is_kept_is_bounded() -> None:
    known: Learnt[int, int] = Learnt(10.0, most=3)
    for number in range(5):
        known.keep(number, number)
    assert [known.get(number) for number in range(5)] == [None, None, 2, 3, 4]
    known.forget(4)
    assert known.get(4) is None


def test_gateways_are_told_the_model_and_openai_is_not() -> None:
    ours = Service("https://speech.example/v1", Secret("k"), "large v3")
    theirs = Service("https://api.openai.com/v1", Secret("k"), "gpt-4o-transcribe")
    assert address(ours) == "https://speech.example/v1/realtime?intent=transcription&model=large+v3"
    assert address(theirs) == "https://api.openai.com/v1/realtime?intent=transcription"
