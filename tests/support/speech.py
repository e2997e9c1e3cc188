"""Speech to talk with: spoken by flite at 48 kHz, mono, 16-bit, with exact pauses."""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
import wave
from pathlib import Path

import jiwer
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 48_000
VOICE = "rms"
SPEECH_LEVEL = 300.0
"""RMS of 16-bit samples over 10 ms above which we say that somebody speaks."""


def line(*parts: str | float, voice: str = VOICE, stretch: float = 1.0) -> Samples:
    """Text is spoken, numbers are seconds of silence, for example `line("Hello,", 0.3, "world.")`.

    A `stretch` of 1.3 is a slow speaker, whose sounds last 1.3 times as long.

    Spoken parts begin and end with sound, so a pause lasts what its number says, and the last
    sample is the end of speech when the last part is text.
    """
    pieces = [
        silence(part) if isinstance(part, int | float) else _spoken(part, voice, stretch)
        for part in parts
    ]
    return np.concatenate(pieces)


def silence(seconds: float) -> Samples:
    """That many seconds of digital silence."""
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def tone(seconds: float, *, hertz: float = 440.0, level: float = 8000.0) -> Samples:
    """A sine tone with that amplitude."""
    times = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    """The path of a new mono 16-bit WAV file, for Chromium's microphone or an upload."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> tuple[Samples, int]:
    """The samples of a mono 16-bit WAV file and its rate."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
        return samples, file.getframerate()


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """The same sound at another rate (of one whole clip, by its spectrum)."""
    wanted = round(len(samples) * to / rate)
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(wanted // 2 + 1, dtype=complex)
    count = min(len(spectrum), len(kept))
    kept[:count] = spectrum[:count]
    sound = np.fft.irfft(kept, n=wanted) * (to / rate)
    return np.clip(np.round(sound), -32768, 32767).astype(np.int16)


def rms(samples: npt.NDArray[np.int16] | bytes) -> float:
    """The energy of 16-bit samples as their root mean square, 0 for none."""
    values = np.frombuffer(samples, dtype="<i2") if isinstance(samples, bytes) else samples
    return float(np.sqrt(np.mean(values.astype(np.float64) ** 2))) if len(values) else 0.0


def spans(samples: Samples, rate: int = RATE, *, gap: float = 0.2) -> list[tuple[float, float]]:
    """When somebody speaks, as (start, end) in seconds; pauses shorter than `gap` are bridged."""
    step = rate // 100
    found: list[tuple[float, float]] = []
    for index in range(0, len(samples) - step + 1, step):
        if rms(samples[index : index + step]) < SPEECH_LEVEL:
            continue
        start, end = index / rate, (index + step) / rate
        if found and start - found[-1][1] < gap:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def word_error_rate(said: str, heard: str) -> float:
    """The share of words that are wrong, missing or too many, without case and punctuation."""
    return float(jiwer.wer(plain_words(said), plain_words(heard)))


def plain_words(text: str) -> str:
    """The words alone: small letters, no punctuation, a blank between two."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def sentence(text: str, voice: str = VOICE, stretch: float = 1.0) -> tuple[Samples, int]:
    """A text as flite speaks it, with its soft sounds at both ends, and the rate of its samples."""
    with tempfile.TemporaryDirectory(prefix="speech-") as folder:
        path = Path(folder) / "line.wav"
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}"]
        command += ["-t", text, "-o", str(path)]
        subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)
        return read_wav(path)


@functools.cache
def _spoken(text: str, voice: str, stretch: float) -> Samples:
    samples, rate = sentence(text, voice, stretch)
    heard = spans(samples, rate)
    assert heard, f"flite said nothing for {text!r}"
    speech = samples[int(heard[0][0] * rate) : int(heard[-1][1] * rate)]
    return resample(speech, rate, RATE)
