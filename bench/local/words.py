"""How many words the ears get wrong: the new ones and those of machines that cannot have them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import jiwer

from tests.support.speech import plain_words

from .offline import Missing, Offline, offline
from .spoken import NOISES, RATE, Spoken, recordings, synthesised, with_noise

NEW, FALLBACK = "moonshine", "pocketsphinx"


@dataclass
class Ears:
    """What one engine made of one speaker's lines in one condition; `seconds` are its own."""

    engine: str
    speaker: str
    condition: str
    said: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    seconds: float = 0.0
    sound_seconds: float = 0.0


def measure(cache: Mapping[str, str], folder: Path | None) -> Iterator[Callable[[], list[Ears]]]:
    """For each engine, what measures it on every line and raises Missing where it is not there."""
    lines = [*synthesised(), *(recordings(folder) if folder else ())]
    with tempfile.TemporaryDirectory(prefix="bench-no-ears-") as empty:
        for engine, settings in ((NEW, cache), (FALLBACK, {"LOCAL_AI_CACHE": empty})):
            yield partial(_measure, engine, settings, lines)


def _measure(engine: str, settings: Mapping[str, str], lines: list[Spoken]) -> list[Ears]:
    with offline(settings) as server:
        _require(engine, server)
        return _heard(engine, server, lines)


def wrong(parts: list[Ears]) -> float:
    """Returns the share of words that are wrong, missing or too many, in percent."""
    said = [plain_words(line) for part in parts for line in part.said]
    heard = [plain_words(line) for part in parts for line in part.heard]
    return 100 * float(jiwer.wer(said, heard))


def words(parts: list[Ears]) -> int:
    """Returns how many words were said."""
    return sum(len(plain_words(line).split()) for part in parts for line in part.said)


def _require(engine: str, server: Offline) -> None:
    ears = server.state()["ears"]
    if ears["engine"] != engine:
        raise Missing(
            f"The offline server hears with {ears['engine']} ({ears['reason']}) and not with "
            f"{engine}: `make run` fetches what is missing, --cache names another folder."
        )


def _heard(engine: str, server: Offline, lines: list[Spoken]) -> list[Ears]:
    parts: dict[tuple[str, str], Ears] = {}
    for condition, decibels in NOISES.items():
        for seed, line in enumerate(lines):
            key = line.speaker, condition
            part = parts.setdefault(key, Ears(engine, *key))
            _hear(server, with_noise(line, decibels, seed), part)
        print(f"words: {engine}, {condition}")
    return list(parts.values())


def _hear(server: Offline, line: Spoken, part: Ears) -> None:
    begun = time.monotonic()
    part.heard.append(server.hear(line.sound))
    part.seconds += time.monotonic() - begun
    part.said.append(line.words)
    part.sound_seconds += len(line.sound) / RATE
