"""The voice of fixed sentences, kept here and for other processes: said at once, paid for once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from common.facts import Fact, fact_key, server_of
from config.services import Service

from agent_manager.providers.learnt import UNREADABLE
from agent_manager.providers.openai.speech_shapes import voice_at
from agent_manager.speaking.units import Unit

MOST_SENTENCES = 32
MOST_BYTES = 16_000_000
SHARED_BYTES = 1_000_000
"""Of one voice that other processes are given: some 20 s."""
SHARED_SECONDS = 24 * 3600.0
KIND = "voice"


@dataclass(frozen=True)
class Voiced:
    """One piece as it was spoken: its units and its samples (24 kHz, mono, 16 bits)."""

    units: tuple[Unit, ...]
    samples: bytes


@dataclass(frozen=True)
class Key:
    """What makes a voice the same: its server, model and name, the text and how that is read."""

    server: str
    model: str
    voice: str
    text: str
    language: str = ""

    @classmethod
    def of(cls, service: Service, voice: str, rate: float | None, text: str, language: str) -> Key:
        """The key of a text as that voice speaks it; `rate` is how fast, None as it is."""
        return cls(service.base_url, service.model, voice_at(voice, rate), text, language)

    @property
    def of_fact(self) -> str:
        """The key of the voice as a fact."""
        about = (server_of(self.server), self.model, self.voice, self.text, self.language)
        return fact_key(KIND, about)


class KeptVoices:
    """The voices that were used last, as many as there is room for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[Voiced, ...]] = OrderedDict()
        self._untold: dict[str, Key] = {}

    def get(self, key: Key) -> tuple[Voiced, ...]:
        """The voice of a text, empty where it is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key, ())

    def keep(self, key: Key, voiced: Sequence[Voiced]) -> None:
        """Keeps a voice in place of those that were not used for longest."""
        self._put(key, tuple(voiced))
        if sum(len(each.samples) for each in voiced) <= SHARED_BYTES:
            self._untold[key.of_fact] = key

    def untold(self) -> list[Fact]:
        """What other processes are to be told."""
        return [
            _fact(name, key, self._kept[key])
            for name, key in self._untold.items()
            if key in self._kept
        ]

    def told(self, facts: Iterable[Fact]) -> None:
        """Others can read these facts from now on."""
        for fact in facts:
            self._untold.pop(fact.key, None)

    def take_over(self, key: Key, fact: Fact) -> None:
        """Keeps a voice that another process has paid for, unless it cannot be read."""
        try:
            voiced = tuple(_voiced(fact))
        except UNREADABLE:
            return
        if voiced:
            self._put(key, voiced)

    def _put(self, key: Key, voiced: tuple[Voiced, ...]) -> None:
        self._kept[key] = voiced
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_SENTENCES or self._bytes() > MOST_BYTES:
            oldest, _ = self._kept.popitem(last=False)
            self._untold.pop(oldest.of_fact, None)

    def _bytes(self) -> int:
        return sum(len(each.samples) for voiced in self._kept.values() for each in voiced)


def _fact(name: str, key: Key, voiced: tuple[Voiced, ...]) -> Fact:
    value = [
        {"units": [[unit.shown, unit.said] for unit in each.units], "bytes": len(each.samples)}
        for each in voiced
    ]
    sound = b"".join(each.samples for each in voiced)
    return Fact(name, KIND, server_of(key.server), key.model, value, SHARED_SECONDS, sound)


def _voiced(fact: Fact) -> Iterable[Voiced]:
    """The pieces of a voice; raises one of UNREADABLE where they are not whole."""
    at = 0
    for each in fact.value:
        samples = fact.sound[at : at + each["bytes"]]
        if not samples or len(samples) != each["bytes"]:
            raise ValueError
        at += len(samples)
        yield Voiced(tuple(_unit(*texts) for texts in each["units"]), samples)


def _unit(shown: Any, said: Any) -> Unit:
    return Unit(str(shown), str(said))
