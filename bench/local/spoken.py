"""Spoken lines with their words: made by flite, clean and with noise, or recorded by people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support import speech

RATE = 16_000
VOICES = ("rms", "slt")
CLEAN = "clean"
NOISES: dict[str, float | None] = {CLEAN: None, "noise at 15 dB": 15.0, "noise at 10 dB": 10.0}
"""How many decibels the speech is above the noise, by the condition's name; None: no noise."""
AROUND_SECONDS = 0.5
_LOWEST_HERTZ = 60.0


@dataclass(frozen=True)
class Spoken:
    """One line: who says it, its words, and its sound at RATE."""

    speaker: str
    words: str
    sound: speech.Samples


def synthesised() -> Iterator[Spoken]:
    """Every sentence in both of flite's voices, with half a second of silence around it."""
    around = np.zeros(int(AROUND_SECONDS * RATE), dtype=np.int16)
    for voice in VOICES:
        for sentence in SENTENCES:
            samples, rate = speech.sentence(sentence, voice)
            sound = np.concatenate([around, speech.resample(samples, rate, RATE), around])
            yield Spoken(voice, sentence, sound)


def recordings(folder: Path) -> Iterator[Spoken]:
    """The WAV files (mono, 16 bits) that have a text file of the same name with their words."""
    for path in sorted(folder.rglob("*.wav")):
        if (text := path.with_suffix(".txt")).exists():
            sound, rate = speech.read_wav(path)
            yield Spoken("people", text.read_text(), speech.resample(sound, rate, RATE))


def with_noise(spoken: Spoken, decibels: float | None, seed: int) -> Spoken:
    """The line in pink noise that is that much weaker than its voice; unchanged without noise."""
    if decibels is None:
        return spoken
    noise = _pink(len(spoken.sound), seed)
    noise *= _voice_level(spoken.sound) / 10 ** (decibels / 20)
    mixed = np.clip(np.round(spoken.sound + noise), -32768, 32767).astype(np.int16)
    return Spoken(spoken.speaker, spoken.words, mixed)


def _voice_level(sound: speech.Samples) -> float:
    """Returns the energy of the parts in which somebody speaks, pauses left out."""
    spans = speech.spans(sound, RATE)
    voiced = [sound[int(start * RATE) : int(end * RATE)] for start, end in spans]
    return speech.rms(np.concatenate(voiced)) if voiced else 0.0


def _pink(length: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise of energy 1 with as much of it in each octave, as rooms and streets have."""
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    random = np.random.default_rng(seed)
    phases = np.exp(2j * np.pi * random.random(len(hertz)))
    shape = np.where(hertz >= _LOWEST_HERTZ, 1 / np.sqrt(np.maximum(hertz, 1.0)), 0.0)
    noise = np.fft.irfft(phases * shape, n=length)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


SENTENCES = (
    "Good morning, could you please tell me what you can do?",
    "I would like to cook something simple for my family tonight.",
    "How long should I boil an egg if I want it to be soft?",
    "My brother is coming to visit us next weekend with his children.",
    "What is a good way to learn a new language at home?",
    "Please explain why the sky is blue during the day.",
    "I have been looking for my keys since this morning.",
    "Can you give me three ideas for a rainy afternoon?",
    "The train was late again and I missed my appointment.",
    "Do you think it is better to walk or to take the bus?",
    "I need a short poem for the birthday of my grandmother.",
    "Which vegetables can I plant in the garden in spring?",
    "She opened the window because the room was too warm.",
    "What is the difference between a violin and a viola?",
    "We moved to a smaller town by the river last year.",
    "Could you help me to write a letter to my landlord?",
    "My computer makes a strange noise when I turn it on.",
    "How do I remove a coffee stain from a white shirt?",
    "I cannot sleep well when there is too much light.",
    "How can I make my bedroom a little more comfortable?",
    "I forgot the name of the teacher who taught us music.",
    "What do I need to repair the tire of my bicycle?",
    "Thank you very much, that was really helpful.",
)
"""Everyday sentences without numbers, which recognisers write in different ways."""
