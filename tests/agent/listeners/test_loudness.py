"""When a voice fell silent, by its loudness."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from agent_manager.listeners.loudness import Loudness
from livekit import rtc
from support.speech import Samples, silence, tone

RATE = 48_000
FRAME_SECONDS = 0.02
BEGAN = 1_000_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The moment now, which a test changes."""
    now = [BEGAN]
    monkeypatch.setattr(time, "time", lambda: now[0])
    yield now


def hears(loudness: Loudness, clock: list[float], samples: Samples) -> None:
    size = round(RATE * FRAME_SECONDS)
    for begin in range(0, len(samples), size):
        clock[0] += FRAME_SECONDS
        piece = samples[begin : begin + size]
        loudness.take(rtc.AudioFrame(piece.tobytes(), RATE, 1, size))


def test_it_is_when_the_voice_was_last_loud(clock: list[float]) -> None:
    loudness = Loudness()
    hears(loudness, clock, np.concatenate([tone(1.03), silence(0.47)]))
    assert loudness.fell_silent_before(BEGAN + 1.2) == pytest.approx(BEGAN + 1.03, abs=0.001)


def test_speech_after_that_moment_is_another_matter(clock: list[float]) -> None:
    loudness = Loudness()
    hears(loudness, clock, np.concatenate([tone(1), silence(0.3), tone(1)]))
    assert loudness.fell_silent_before(BEGAN + 1.2) == pytest.approx(BEGAN + 1, abs=0.001)


def test_where_it_cannot_be_told_it_is_that_moment(clock: list[float]) -> None:
    loudness = Loudness()
    assert loudness.fell_silent_before(BEGAN) == BEGAN
    hears(loudness, clock, np.concatenate([tone(1), silence(1)]))
    assert loudness.fell_silent_before(BEGAN + 1.9) == BEGAN + 1.9, "no detector is so late"
    hears(loudness, clock, tone(2))
    assert loudness.fell_silent_before(BEGAN + 3.5) == pytest.approx(BEGAN + 3.5, abs=0.011)


def test_a_shout_of_long_ago_makes_nobody_silent(clock: list[float]) -> None:
    loudness = Loudness()
    hears(loudness, clock, np.concatenate([tone(1), silence(3), tone(1, level=300), silence(0.5)]))
    assert loudness.fell_silent_before(BEGAN + 5.2) == pytest.approx(BEGAN + 5, abs=0.001)
