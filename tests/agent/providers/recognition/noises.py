"""Sounds that are no voice, at 48 kHz, mono, 16-bit: made anew each time in the same way."""

from __future__ import annotations

import numpy as np
from support.speech import RATE, Samples

KINDS = ("white", "rumble", "hum", "clicks", "cough", "chimes")


def noise(kind: str, seconds: float = 0.5, level: float = 3000.0) -> Samples:
    """A noise of this kind and energy (its root mean square)."""
    random = np.random.default_rng(7)
    count = int(seconds * RATE)
    times = np.arange(count) / RATE
    sound = random.standard_normal(count)
    if kind == "rumble":
        spectrum = np.fft.rfft(sound)
        sound = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1), count)
    elif kind == "hum":
        sound = sum(np.sin(2 * np.pi * 50 * n * times) / n for n in range(1, 9))
    elif kind == "clicks":
        sound *= np.exp(-(times % 0.09) / 0.002)
    elif kind == "cough":
        sound = np.convolve(sound, np.ones(20) / 20, "same") * np.exp(-(times % 0.25) / 0.05)
    elif kind == "chimes":
        sound = sum(np.sin(2 * np.pi * f * times) for f in (523, 659, 784)) * np.exp(-3 * times)
    loudness = float(np.sqrt(np.mean(sound**2)))
    return np.clip(sound / loudness * level, -32_000, 32_000).astype(np.int16)


def over(speech: Samples, kind: str, decibels: float) -> Samples:
    """The speech with noise of that kind under it, weaker by so many decibels."""
    level = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2))) / 10 ** (decibels / 20)
    added = noise(kind, len(speech) / RATE + 0.1, level)[: len(speech)].astype(np.int32)
    return np.clip(speech + added, -32_000, 32_000).astype(np.int16)
