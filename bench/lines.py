"""What the measured people say: plain sentences, pauses, slow and fast speakers, and coughs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from tests.support import speech

PLAIN, SLOW, FAST = "plain", "slow speaker", "fast speaker"
PAUSE_300, PAUSE_450, PAUSE_600 = "0.3 s pause", "0.45 s pause", "0.6 s pause"
COUGH, FILLER = "cough before it", "um… at its end"
KINDS = (PLAIN, SLOW, FAST, PAUSE_300, PAUSE_450, PAUSE_600, COUGH, FILLER)
HARD = (PAUSE_600, COUGH, FILLER)
"""Kinds that no rule of silence alone gets right: they have their figures, and no part in p50."""

STRETCH = {SLOW: 1.4, FAST: 0.75}
COUGH_SECONDS, AFTER_COUGH_SECONDS = 0.25, 1.2
COUGH_LEVEL = 3000.0


@dataclass(frozen=True)
class Line:
    """One sentence. Its last sample is its last sound."""

    kind: str
    samples: speech.Samples


def lines(count: int, *, first: int = 0) -> list[Line]:
    """`count` lines, the kinds taking turns; `first` shifts where the round begins."""
    return [_line(*entry) for entry in islice(cycle(_SCRIPT), first, first + count)]


def cough() -> speech.Samples:
    """A burst of noise that begins loud and dies away, and the silence after it."""
    count = int(COUGH_SECONDS * speech.RATE)
    fading = np.exp(-np.linspace(0, 4, count))
    burst = np.random.default_rng(1).normal(0, COUGH_LEVEL, count) * fading
    sound = np.clip(burst, -32768, 32767).astype(np.int16)
    return np.concatenate([sound, speech.silence(AFTER_COUGH_SECONDS)])


def _line(kind: str, *parts: str | float) -> Line:
    said = speech.line(*parts, stretch=STRETCH.get(kind, 1.0))
    return Line(kind, np.concatenate([cough(), said]) if kind == COUGH else said)


_SCRIPT: list[tuple[str, *tuple[str | float, ...]]] = [
    (PLAIN, "What can you tell me about the weather today?"),
    (PAUSE_300, "Could you please remind me", 0.3, "to call my sister tomorrow?"),
    (PAUSE_450, "I would like to know", 0.45, "when the next train leaves."),
    (SLOW, "Please tell me how long I have to wait."),
    (PAUSE_600, "My brother asked me", 0.6, "to bring him some bread."),
    (FAST, "Can you find me a good place to eat tonight?"),
    (PAUSE_450, "Is there anything else", 0.45, "that I should know about it?"),
    (COUGH, "Which bus goes to the station?"),
    (PLAIN, "Please tell me what you can do for me."),
    (PAUSE_300, "My name is Alice", 0.3, "and I live in London."),
    (FILLER, "I think that I would like to go there", 0.2, "um"),
    (PAUSE_450, "We need three tickets", 0.45, "for the show on Friday."),
]
