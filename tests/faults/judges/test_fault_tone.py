"""That the measure of silence in a tone can tell silence from sound."""

from __future__ import annotations

import pytest
from fakes.openai_api import sound
from support.speech import rms

from faults.judges.tone import Heard, heard

PIECE = sound.RATE // 100 * 2
"""Bytes of 10 ms."""
SECONDS = 2.0


def levels(*parts: bytes) -> list[float]:
    samples = b"".join(parts)
    return [rms(samples[at : at + PIECE]) for at in range(0, len(samples), PIECE)]


def tone(seconds: float) -> bytes:
    return sound.steady(seconds, "pcm")


def silence(seconds: float) -> bytes:
    return bytes(round(seconds * sound.RATE) * 2)


def test_a_tone_without_a_gap_has_no_silence() -> None:
    whole = heard(levels(silence(1), tone(SECONDS), silence(1)), SECONDS)
    assert (whole.frames, whole.silent) == (100, 0)


def test_a_gap_counts_by_its_length() -> None:
    cut = heard(levels(tone(0.8), silence(0.4), tone(0.8)), SECONDS)
    assert cut.share == pytest.approx(0.2)


def test_a_gap_that_delays_the_rest_counts_too() -> None:
    late = heard(levels(tone(1), silence(1), tone(1)), SECONDS)
    assert late.share == pytest.approx(1 / 3)


def test_a_tone_that_is_broken_off_is_silent_from_there_on() -> None:
    assert heard(levels(tone(1.5), silence(3)), SECONDS).share == pytest.approx(0.25)


def test_what_was_heard_adds_up() -> None:
    assert (Heard(100, 5) + Heard(300, 15)) == Heard(400, 20)
    assert Heard(400, 20).share == 0.05


def test_a_gap_in_mid_frame_is_no_silence() -> None:
    assert heard(levels(tone(1), silence(0.01), tone(0.99)), SECONDS).silent == 0


def test_a_tone_that_nobody_hears_is_all_silent() -> None:
    assert heard(levels(silence(SECONDS * 2)), SECONDS).share == 1.0
    assert heard([], SECONDS).share == 1.0


@pytest.mark.parametrize("response_format", ["wav", "mp3", "pcm"])
def test_the_stand_in_has_a_tone_in_each_format(response_format: str) -> None:
    assert len(sound.steady(1.0, response_format)) > 4000
