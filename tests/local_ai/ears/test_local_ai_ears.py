"""Moonshine, where the cache has it: words, silence and noise, long sound, and turns."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jiwer
import numpy as np
import pytest

from local_ai import choice
from local_ai.audio import Samples, read_wav
from local_ai.ears.partials import Partials
from local_ai.ears.readable import believable, modern
from local_ai.fetch.cache import whole
from local_ai.settings import read

RATE = 16_000
LINES = (
    "what can you tell me about the weather today",
    "i would like to know when the next train leaves",
    "my name is alice and i live in london",
    "is there anything else that i should know about it",
)
Say = Callable[[str], bytes]


@pytest.fixture(scope="module")
def hear() -> Callable[[Samples], str]:
    """Sound to the words that are believed, without case and punctuation."""
    folder = whole("ears", read().cache)
    if folder is None:
        pytest.skip("the cache has no ears")
    moonshine = pytest.importorskip("local_ai.ears.moonshine")
    attempts = pytest.importorskip("local_ai.ears.attempts")
    model = moonshine.Moonshine(folder, 1)

    def heard(sound: Samples) -> str:
        found = attempts.hear_surely(model, sound.astype(np.float32))
        text = modern(believable(found.text, found.logprob))
        return "".join(each for each in text.lower() if each.isalnum() or each == " ")

    return heard


def noise(seconds: float, level: float, pink: bool = False) -> Samples:
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=int(RATE * seconds)))
    if pink:
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    sound = np.fft.irfft(spectrum)
    return (sound * level / np.sqrt(np.mean(sound**2))).astype(np.float32)


def hum(hertz: float) -> Samples:
    at = np.arange(RATE * 3) / RATE
    return (0.1 * np.sin(2 * np.pi * hertz * at) + 0.03 * np.sin(6 * np.pi * hertz * at)).astype(
        np.float32
    )


def typing(seconds: float) -> Samples:
    sound, random = noise(seconds, 0.0005), np.random.default_rng(2)
    for at in np.arange(0.3, seconds - 0.3, 0.17):
        start, length = int(at * RATE), int(random.uniform(0.01, 0.03) * RATE)
        click = random.normal(0, 0.2, length) * np.exp(-np.arange(length) / length * 4)
        sound[start : start + length] += click.astype(np.float32)
    return sound


@pytest.mark.processes
def test_words_are_right_and_mostly_so_in_noise(hear: Callable[[Samples], str], say: Say) -> None:
    clean = [read_wav(say(line), RATE) for line in LINES]
    noisy = [
        each + noise(len(each) / RATE, float(np.std(each)) / 3.16)[: len(each)]
        for each in (sound[: len(sound) // 2 * 2] for sound in clean)
    ]
    assert jiwer.wer(list(LINES), [hear(sound) for sound in clean]) <= 0.04
    assert jiwer.wer(list(LINES), [hear(sound) for sound in noisy]) <= 0.4


SOUNDS = {
    "silence": lambda: np.zeros(RATE * 2, np.float32),
    "hum at 50 Hz": lambda: hum(50),
    "hum at 60 Hz": lambda: hum(60),
    "white noise": lambda: noise(3, 0.05),
    "faint white noise": lambda: noise(3, 0.003),
    "pink noise": lambda: noise(3, 0.05, pink=True),
    "typing": lambda: typing(4),
    "nothing": lambda: np.zeros(0, np.float32),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_what_nobody_said_has_no_words(name: str, hear: Callable[[Samples], str]) -> None:
    assert hear(SOUNDS[name]()) == ""


@pytest.mark.parametrize(
    ("text", "logprob", "kept"),
    [
        ("You", -0.1, ""),
        ("\u266a\u266a", -0.2, ""),
        ("(wind blowing)", -0.2, ""),
        ("No matter.", -1.2, ""),
        ("Yes.", -0.3, "Yes."),
        ("You are right.", -1.2, "You are right."),
        ("It is 3.5.", -0.2, "It is 3.5."),
        ("Thank you for watching!", -0.3, ""),
        ("© transcript Emily Beynon", -0.3, ""),
        ("Thank you for watching my dog.", -0.3, "Thank you for watching my dog."),
    ],
)
def test_what_is_believed(text: str, logprob: float, kept: str) -> None:
    assert believable(text, logprob) == kept


def test_old_spellings_are_written_as_today() -> None:
    assert modern("To-morrow, any thing and to Morrow") == "Tomorrow, anything and tomorrow"
    assert modern("go to day care") == "go to day care"


def test_settled_words_are_those_that_hypotheses_agree_on_but_the_last() -> None:
    partials = Partials(agreeing=2, flickering=1)
    said = ["I would.", "I would like to.", "I would like to go home", "I would like, to go home"]
    sent = [partials.more(text) for text in said]
    assert sent == ["", "I", " would like", " to go"]
    assert partials.rest("I would like to go home.") == " home."


@pytest.mark.processes
async def test_the_probe_says_why_a_neural_engine_cannot_run(tmp_path: Path) -> None:
    for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
        (tmp_path / name).write_bytes(b"no model")
    assert await choice.why_not("ears", str(tmp_path)) in ("does_not_start", "no_wheel")


@pytest.mark.processes
def test_the_server_needs_no_plain_engine_to_be_imported() -> None:
    engines = {"pocketsphinx", "espeakng_loader", "onnxruntime", "hibari"}
    check = f"import sys, local_ai.app; sys.exit(bool({engines} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
