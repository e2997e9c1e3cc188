"""The voice of fixed sentences, kept in this process: said at once, and paid for once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from agent_manager.speaking.units import Unit

MOST_SENTENCES = 32
MOST_BYTES = 16_000_000


@dataclass(frozen=True)
class Voiced:
    """One piece as it was spoken: its units and its samples (24 kHz, mono, 16 bits)."""

    units: tuple[Unit, ...]
    samples: bytes


@dataclass(frozen=True)
class Key:
    """What makes a voice the same: its server, model and name, and the text."""

    server: str
    model: str
    voice: str
    text: str


class KeptVoices:
    """The voices that were used last, as many as there is room for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[Voiced, ...]] = OrderedDict()

    def get(self, key: Key) -> tuple[Voiced, ...]:
        """The voice of a text, empty where it is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key, ())

    def keep(self, key: Key, voiced: Sequence[Voiced]) -> None:
        """Keeps a voice in place of those that were not used for longest."""
        self._kept[key] = tuple(voiced)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_SENTENCES or self._bytes() > MOST_BYTES:
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        return sum(len(each.samples) for voiced in self._kept.values() for each in voiced)
