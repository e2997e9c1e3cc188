"""The quick look at a voice: how early it sees that speech ends, and how often it errs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from agent_manager.providers.recognition.look import Change, Look
from agent_manager.providers.recognition.utterances import Began, Ears, Falls, Rises, Utterance
from fakes.openai_api import Delays, OpenAIStandIn
from livekit import rtc
from livekit.agents import inference
from support.speech import RATE, Samples, line, silence, tone

from agent.providers.recognition.hearing import RECORDINGS, STEP, hearing

pytestmark = pytest.mark.processes
LOUD, QUIET = 3000.0, 20.0
Seen = list[Began | Falls | Rises | Utterance]


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(Delays(stt=0.01)) as running:
        running.transcript = "Tea."
        yield running


async def seen(sound: Samples) -> Seen:
    """What the ears make of the sound and a second of silence after it."""
    whole = np.concatenate([silence(0.5), sound, silence(1.0)])
    detector = inference.VAD(model="silero", min_silence_duration=0.1).stream()
    for start in range(0, len(whole) - STEP + 1, STEP):
        piece = whole[start : start + STEP]
        detector.push_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, STEP))
    detector.end_input()
    async with asyncio.timeout(20):
        heard = [each async for each in Ears(detector, 0.032).utterances()]
    await detector.aclose()
    return heard


def of(kind: type, heard: Seen) -> int:
    return sum(isinstance(each, kind) for each in heard)


@pytest.mark.parametrize("pause", [0.3, 0.45])
async def test_each_silence_is_seen_once_and_before_the_detector(pause: float) -> None:
    heard = await seen(line("I would like to know", pause, "when the next train leaves."))
    assert (of(Falls, heard), of(Utterance, heard), of(Rises, heard)) == (2, 2, 0)
    for falls, ended in pairwise(heard):
        if isinstance(falls, Falls) and isinstance(ended, Utterance):
            assert ended.ends - falls.so_far.ends >= 0.09
            assert falls.so_far.begins == pytest.approx(ended.begins, abs=0.04)


async def test_a_look_has_all_that_was_said() -> None:
    sound = line("Please tell me what you can do for me.")
    heard = await seen(sound)
    [falls] = [each for each in heard if isinstance(each, Falls)]
    assert 0.5 + len(sound) / RATE < falls.so_far.ends < 0.5 + len(sound) / RATE + 0.12
    assert falls.so_far.sound.duration > len(sound) / RATE


@pytest.mark.parametrize("kind", ["cough", "hum"])
async def test_a_noise_is_asked_about_no_more_often_than_by_the_detector(kind: str) -> None:
    noise = np.random.default_rng(1).normal(0, 4000, RATE // 5).astype(np.int16)
    sound = noise if kind == "cough" else tone(1.0, hertz=140)
    heard = await seen(sound)
    assert of(Falls, heard) <= of(Began, heard)
    assert of(Rises, heard) == 0


def test_wrong_looks_are_at_most_one_a_turn() -> None:
    look, wrong = Look(), 0
    for turn in range(10):
        look.begins(at=turn * 10.0 + 1)
        for _ in range(20):
            look.window(1.0, LOUD)
            look.window(0.5, QUIET)
            wrong += look.window(1.0, LOUD) is Change.RISES
        look.ends(at=turn * 10.0 + 5)
    assert 5 <= wrong <= 10


def test_a_short_pause_brings_no_new_wrong_look() -> None:
    look, wrong = Look(), 0
    for part in range(10):
        look.begins(at=1.0 + part)
        for probability, level in ((1.0, LOUD), (0.5, QUIET), (1.0, LOUD)):
            wrong += look.window(probability, level) is Change.RISES
        look.ends(at=1.6 + part)
    assert wrong == 1


async def test_one_request_serves_the_look_and_the_detector(api: OpenAIStandIn) -> None:
    async with hearing(api) as heard:
        await heard.hear(line("I would like to know", 0.45, "when the next train leaves."))
        await heard.until(lambda: len(heard.finals) == 2, "words of both parts")
        assert not heard.recognition.outcome.is_waiting
    assert len(api.requests(RECORDINGS)) == 2


async def test_nothing_is_asked_early_where_guesses_queue(api: OpenAIStandIn) -> None:
    async with hearing(api, joins=True) as heard:
        await heard.hear(line("I would like to know", 0.2, "when the next train leaves."))
        await heard.until(lambda: heard.finals, "words")
    assert len(api.requests(RECORDINGS)) == 1
